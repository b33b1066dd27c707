using System.Security.Cryptography;
using System.Text;
using ZiGong.Contracts;

namespace ZiGong.Credit.Subjects;

/// <summary>
/// Keyed hash (HMAC-SHA256) of the lender's id of a borrower. The id itself is never stored; without the key nobody can try
/// ids against the hashes. The same key on all nights keeps every subject in its pool.
/// </summary>
public sealed class SubjectHasher
{
    public const int MinimumKeyBytes = 16;

    private readonly byte[] _key;
    private readonly byte[] _rowKey;
    private readonly byte[] _fileKey;

    /// <param name="key">Content of the configured key file, at least 16 bytes.</param>
    public SubjectHasher(ReadOnlySpan<byte> key)
    {
        if (key.Length < MinimumKeyBytes)
        {
            throw new InputException($"The subject key has {key.Length} bytes; it needs at least {MinimumKeyBytes}, e.g. 32 random ones.");
        }

        _key = key.ToArray();
        _rowKey = HMACSHA256.HashData(_key, "natural keys/1"u8);
        _fileKey = HMACSHA256.HashData(_key, "files/1"u8);
        Fingerprint = Keyed(_key, "subject key fingerprint/1");
    }

    /// <summary>32 hex digits that tell keys apart and say nothing about them.</summary>
    public string Fingerprint { get; }

    /// <summary>Reads the key file.</summary>
    /// <exception cref="InputException">The file is missing or too short.</exception>
    public static SubjectHasher FromFile(string path) => File.Exists(path)
        ? new SubjectHasher(File.ReadAllBytes(path))
        : throw new InputException($"The subject key file {path} is missing. Restore it: with another key every borrower becomes a new subject.");

    /// <summary>32 hex digits. The id is trimmed and composed; the same id in two spaces gives two subjects.</summary>
    /// <exception cref="ArgumentException">The id was not readable: others that are not would be the same subject.</exception>
    public string Hash(string space, string id) => id.Contains('\uFFFD')
        ? throw new ArgumentException("an id with characters that could not be read is nobody's", nameof(id))
        : Keyed(_key, $"{space}\u001f{ComposedText.Of(id.Trim())}");

    /// <summary>32 hex digits for what names a row.</summary>
    /// <param name="name">As <see cref="Reading.SampleIdentity.NaturalKey"/> makes it: a hash that anybody can make of a guessed id.</param>
    public string NaturalKey(string name) => Keyed(_rowKey, name);

    /// <summary>32 hex digits for a file.</summary>
    /// <param name="contentHash">SHA-256 of its bytes: of a file with few rows anybody can make it, trying ids.</param>
    public string FileKey(string contentHash) => Keyed(_fileKey, contentHash);

    private static string Keyed(byte[] key, string text)
    {
        Span<byte> bytes = Encoding.UTF8.GetByteCount(text) is var length && length <= 512 ? stackalloc byte[length] : new byte[length];
        Encoding.UTF8.GetBytes(text, bytes);
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(key, bytes, hash);
        return Convert.ToHexStringLower(hash[..16]);
    }
}

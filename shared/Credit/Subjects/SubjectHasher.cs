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

    /// <param name="key">Content of the configured key file, at least 16 bytes.</param>
    public SubjectHasher(ReadOnlySpan<byte> key)
    {
        if (key.Length < MinimumKeyBytes)
        {
            throw new InputException($"The subject key has {key.Length} bytes; it needs at least {MinimumKeyBytes}, e.g. 32 random ones.");
        }

        _key = key.ToArray();
        Fingerprint = Convert.ToHexStringLower(HMACSHA256.HashData(_key, "subject key fingerprint/1"u8)[..16]);
    }

    /// <summary>32 hex digits that tell keys apart and say nothing about them.</summary>
    public string Fingerprint { get; }

    /// <summary>Reads the key file.</summary>
    /// <exception cref="InputException">The file is missing or too short.</exception>
    public static SubjectHasher FromFile(string path) => File.Exists(path)
        ? new SubjectHasher(File.ReadAllBytes(path))
        : throw new InputException($"The subject key file {path} is missing. Restore it: with another key every borrower becomes a new subject.");

    /// <summary>32 hex digits. The id is trimmed; the same id in two spaces gives two subjects.</summary>
    public string Hash(string space, string id)
    {
        var text = $"{space}\u001f{id.Trim()}";
        Span<byte> bytes = Encoding.UTF8.GetByteCount(text) is var length && length <= 512 ? stackalloc byte[length] : new byte[length];
        Encoding.UTF8.GetBytes(text, bytes);
        Span<byte> hash = stackalloc byte[32];
        HMACSHA256.HashData(_key, bytes, hash);
        return Convert.ToHexStringLower(hash[..16]);
    }
}

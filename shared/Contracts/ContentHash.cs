using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ZiGong.Contracts;

/// <summary>Names for content: lower-case hex of SHA-256, whole (64 digits) or its first half (32) where an id has to fit a uuid.</summary>
public static class ContentHash
{
    public static string Of(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Hash over parts, each with its length before it, so that different lists never meet.</summary>
    public static string Of(params IEnumerable<string> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            var bytes = Encoding.UTF8.GetBytes(part);
            hash.AppendData(Encoding.ASCII.GetBytes(bytes.Length.ToString(CultureInfo.InvariantCulture) + ":"));
            hash.AppendData(bytes);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The first 32 digits of <see cref="Of(IEnumerable{string})"/>: an id that fits a uuid.</summary>
    public static string Id(params IEnumerable<string> parts) => Of(parts)[..32];

    public static Guid ToGuid(string id) => Guid.ParseExact(id[..32], "N");

    public static string FromGuid(Guid id) => id.ToString("N");
}

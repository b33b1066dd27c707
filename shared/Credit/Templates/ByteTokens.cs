using System.Text;

namespace ZiGong.Credit.Templates;

/// <summary>
/// Text as its UTF-8 bytes, one token each: how nano reads and writes words. It fits every text without being fitted to any, so it has
/// seen no sample; prompts are about four times as long as with a trained vocabulary.
/// </summary>
public static class ByteTokens
{
    /// <summary>Raise when the same text would become other tokens.</summary>
    public const int Version = 1;

    private const int First = 3; // after padding, begin and end of sequence

    public static TextTokens Tokens { get; } = new(Encode, Decode, First + 256, BosId: 1, EosId: 2, PadId: 0);

    private static int[] Encode(string text) => [.. Encoding.UTF8.GetBytes(text).Select(b => b + First)];

    /// <summary>Special tokens are left out; bytes that are no UTF-8 become U+FFFD.</summary>
    private static string Decode(int[] ids) => Encoding.UTF8.GetString([.. ids.Where(id => id is >= First and < First + 256).Select(id => (byte)(id - First))]);
}

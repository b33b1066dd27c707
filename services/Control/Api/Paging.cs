using ZiGong.Contracts;

namespace ZiGong.Control.Api;

internal static class Paging
{
    public const int Most = 500;

    /// <exception cref="InputException">The limit is out of range.</exception>
    public static int Limit(int? limit, int usual = 100) => (limit ?? usual) is >= 1 and <= Most and var given
        ? given
        : throw new InputException($"limit is {limit}, but must lie between 1 and {Most}");
}

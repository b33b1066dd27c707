using ZiGong.Contracts;

namespace ZiGong.Control.Api;

/// <summary>Lists of <c>Section:Name=value</c> in requests.</summary>
internal static class Assignments
{
    /// <exception cref="InputException">One of them is null, which JSON allows in any list.</exception>
    public static IReadOnlyList<string> Of(IReadOnlyList<string?>? given) =>
        [.. (given ?? []).Select(a => a ?? throw new InputException("an option is null, but must be of the form Section:Name=value"))];
}

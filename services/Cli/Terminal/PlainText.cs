namespace ZiGong.Cli.Terminal;

/// <summary>What came from tables, messages and servers must not steer the terminal.</summary>
public static class PlainText
{
    /// <summary>The text with every control character but tabs and line breaks replaced, so that none of it begins an escape sequence.</summary>
    public static string Of(string text) => text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0
        ? text
        : string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\uFFFD' : c));
}

using ZiGong.Cli;
using ZiGong.Cli.Terminal;

namespace ZiGong.UnitTests.Cli;

/// <summary>What a command or a view prints, with single blanks, so that the widths of columns do not matter.</summary>
internal static class Words
{
    public static string[] Of(Action<Screen> print)
    {
        using var output = new StringWriter();
        print(new Screen(output, TextWriter.Null));
        return Lines(output.ToString());
    }

    public static async Task<(int ExitCode, string[] Lines, string Errors)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = await CommandLine.RunAsync(args, output, errors, CancellationToken.None);
        return (exitCode, Lines(output.ToString()), errors.ToString());
    }

    public static string[] Lines(string output) =>
        [.. output.Split('\n').Select(l => string.Join(' ', l.Split([' ', '\r'], StringSplitOptions.RemoveEmptyEntries))).Where(l => l.Length > 0)];
}

using Spectre.Console;
using Spectre.Console.Rendering;
using ZiGong.Cli.Terminal;
using ZiGong.Reports.Runs;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Runs;

/// <summary>Progress as a table that is drawn over on a terminal.</summary>
public static class ProgressView
{
    private const int BarWidth = 24;

    public static IRenderable Table(IReadOnlyList<StageProgress> stages) => Format.Table(
        ["Stage", "", "Done>", "", "Rate>", "Time>", "Left>"],
        stages.Select(s => (string[])
        [
            s.Stage.ToString(),
            Bar(s),
            ProgressText.Amount(s),
            s.Noun,
            s.Finished ? "" : s.Rate is { } rate ? Format.Rate(rate) : "",
            s.Started ? Format.Duration(s.Elapsed) : "",
            s.Remaining is { } left ? Format.Duration(left) : "",
        ]));

    private static string Bar(StageProgress s)
    {
        var filled = s.Total > 0 ? (int)Math.Round(BarWidth * Math.Clamp(s.Done / s.Total, 0, 1)) : 0;
        return new string('█', filled) + new string('░', BarWidth - filled);
    }
}

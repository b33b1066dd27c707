using ZiGong.Cli.Terminal;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Runs;

/// <summary>The figures of a model that answers freely.</summary>
internal static class GenerativeView
{
    public static void Print(GenerativeFindings findings, Screen screen)
    {
        screen.Heading($"Test side: {findings.Model.N} free answers");
        screen.Print(Format.Table(
            ["Metric", "Model [95 %]>", $"Always '{Shorten(findings.BaselineAnswer)}' [95 %]>"],
            [
                Row("Exact match", r => r.ExactMatch, findings),
                Row("Token F1", r => r.TokenF1, findings),
                Row("Hallucination rate", r => r.HallucinationRate, findings),
                Row("Unsupported mentions", r => r.UnsupportedShare, findings),
                Row("Empty answers", r => r.Empty, findings),
            ]));
        if (findings.Model.WithoutIntervals is { } why)
        {
            screen.Line($"{ZiGong.Reports.Reading.Capital(why)}.");
        }

        screen.Line("KS, AUC and what else ranks probabilities does not exist for free texts.");
        screen.Print(Format.Table(["Sample", "True answer", "Written"], findings.Examples.Select(e => (string[])[e.Id, Shorten(e.Truth), Shorten(e.Answer)])));
    }

    private static string[] Row(string name, Func<GenerativeReport, Interval> figure, GenerativeFindings findings) =>
        [name, Format.Interval(figure(findings.Model)), Format.Interval(figure(findings.Baseline))];

    private static string Shorten(string text) => Credit.Reading.RowMapper.Shorten(text);
}

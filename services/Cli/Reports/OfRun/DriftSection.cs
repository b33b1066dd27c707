using ZiGong.Cli.Reports.Charts;
using ZiGong.Cli.Reports.Page;
using ZiGong.Cli.Terminal;
using ZiGong.Credit.Encodings;

namespace ZiGong.Cli.Reports.OfRun;

/// <summary>Population stability of every field.</summary>
public static class DriftSection
{
    private const int Drawn = 15;

    public static ReportSection Of(RunFacts facts) => new(
        "drift",
        "Drift",
        "Population stability index (PSI) of the test samples against those that the encoding was fitted on. An alarm needs a PSI above 0.25 that is also more than chance explains.",
        facts.Result.Report is { } report && report.Drift.Count > 0 ? [Plot([.. report.Drift.OrderByDescending(d => d.Psi).ThenBy(d => d.Field, StringComparer.Ordinal)]), .. OfScores(report.ScoreDrift)] : [new Paragraph("Drift is not measured yet.")]);

    private static Figures Plot(IReadOnlyList<FieldDrift> drift)
    {
        FieldDrift[] shown = [.. drift.Take(Drawn)];
        var alarms = drift.Count(d => d.Alarm);
        return new Figures(new Figure(
            drift.Count > Drawn ? $"The {Drawn} fields that moved most, of {drift.Count}" : "PSI by field",
            $"{(alarms == 0 ? "No field alarms" : $"{alarms} of {drift.Count} fields alarm: {string.Join(", ", drift.Where(d => d.Alarm).Select(d => d.Field))}")}. "
            + $"The largest PSI is {Format.Figure(drift[0].Psi)} ({drift[0].Field}); the dashed line stands at 0.25. The bars of chance are what unchanged data stay below.",
            Plots.Bars(
                new Scale("PSI", 0, Math.Max(0.3, drift[0].Psi * 1.05)),
                [.. shown.Select(d => d.Field)],
                [new Group("PSI", Ink.Model, [.. shown.Select(d => d.Psi)]), new Group("chance", Ink.Fifth, [.. shown.Select(Chance)])],
                0.25),
            Table("PSI of every field", drift),
            110 + (26 * shown.Length)));
    }

    private static IEnumerable<ReportBlock> OfScores(IReadOnlyList<FieldDrift> scores)
    {
        if (scores.Count > 0)
        {
            yield return Table("PSI of the scores P(bad), test side against reference side", [.. scores.Select(d => d with { Field = $"score of the {d.Field}" })]);
        }
    }

    private static DataTable Table(string caption, IEnumerable<FieldDrift> drift) => DataTable.Of(
        caption,
        ["Field", "PSI>", "Explained by chance>", "Reading"],
        drift.Select(d => (IReadOnlyList<Cell>)
        [
            d.Field, Format.Figure(d.Psi), Format.Figure(Chance(d)), d.Alarm ? new Cell("alarm", Tone.Bad) : d.Exceeds(0.1) ? new Cell("moved", Tone.Warning) : new Cell("stable"),
        ]));

    private static double Chance(FieldDrift drift) => drift.NoiseLimit ?? 2 * drift.Noise;
}

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
        "Population stability index (PSI) of the test samples against those that the encoding was fitted on. An alarm needs a PSI above 0.25 that is also more than twice what unchanged data would give.",
        facts.Result.Report is { } report && report.Drift.Count > 0 ? [Plot([.. report.Drift.OrderByDescending(d => d.Psi).ThenBy(d => d.Field, StringComparer.Ordinal)])] : [new Paragraph("Drift is not measured yet.")]);

    private static Figures Plot(IReadOnlyList<FieldDrift> drift)
    {
        FieldDrift[] shown = [.. drift.Take(Drawn)];
        var alarms = drift.Count(d => d.Alarm);
        return new Figures(new Figure(
            drift.Count > Drawn ? $"The {Drawn} fields that moved most, of {drift.Count}" : "PSI by field",
            $"{(alarms == 0 ? "No field alarms" : $"{alarms} of {drift.Count} fields alarm: {string.Join(", ", drift.Where(d => d.Alarm).Select(d => d.Field))}")}. "
            + $"The largest PSI is {Format.Figure(drift[0].Psi)} ({drift[0].Field}); the dashed line stands at 0.25. Beside each is what unchanged data would give on average.",
            Plots.Bars(
                new Scale("PSI", 0, Math.Max(0.3, drift[0].Psi * 1.05)),
                [.. shown.Select(d => d.Field)],
                [new Group("PSI", Ink.Model, [.. shown.Select(d => d.Psi)]), new Group("if unchanged", Ink.Fifth, [.. shown.Select(d => d.Noise)])],
                0.25),
            DataTable.Of(
                "PSI of every field",
                ["Field", "PSI>", "Expected of unchanged data>", "Reading"],
                drift.Select(d => (IReadOnlyList<Cell>)
                [
                    d.Field, Format.Figure(d.Psi), Format.Figure(d.Noise),
                    d.Alarm ? new Cell("alarm", Tone.Bad) : d.Psi > 0.1 && d.Psi > 2 * d.Noise ? new Cell("moved", Tone.Warning) : new Cell("stable"),
                ])),
            110 + (26 * shown.Length)));
    }
}

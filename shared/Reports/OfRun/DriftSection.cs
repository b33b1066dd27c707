using ZiGong.Credit.Encodings;
using ZiGong.Reports.Charts;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfRun;

/// <summary>Population stability of every field.</summary>
public static class DriftSection
{
    private const int Drawn = 15;

    public static ReportSection Of(RunFacts facts) => new(
        "drift",
        "Drift",
        "Population stability index (PSI) of the test samples against those that the encoding was fitted on. An alarm needs a PSI above "
            + $"{Format.Figure(facts.Options.Evaluation.MaximumPsi)} (the run's MaximumPsi) that is also more than chance explains.",
        facts.Result.Report is { } report && report.Drift.Count > 0
            ? [
                Plot([.. report.Drift.OrderByDescending(d => d.Psi).ThenBy(d => d.Field, StringComparer.Ordinal)], facts.Options.Evaluation.MaximumPsi),
                .. OfScores(report.ScoreDrift, facts.Options.Evaluation.MaximumScorePsi)]
            : [new Paragraph("Drift is not measured yet.")]);

    private static Figures Plot(IReadOnlyList<FieldDrift> drift, double limit)
    {
        FieldDrift[] shown = [.. drift.Take(Drawn)];
        FieldDrift[] alarms = [.. drift.Where(d => d.Exceeds(limit))];
        return new Figures(new Figure(
            drift.Count > Drawn ? $"The {Drawn} fields that moved most, of {drift.Count}" : "PSI by field",
            $"{(alarms.Length == 0 ? "No field alarms" : $"{alarms.Length} of {drift.Count} fields alarm: {string.Join(", ", alarms.Select(d => d.Field))}")}. "
            + $"The largest PSI is {Format.Figure(drift[0].Psi)} ({drift[0].Field}); the dashed line stands at {Format.Figure(limit)}. "
            + "The bars of chance are what unchanged data stay below.",
            Plots.Bars(
                new Scale("PSI", 0, Math.Max(Math.Max(0.3, 1.2 * limit), drift[0].Psi * 1.05)),
                [.. shown.Select(d => d.Field)],
                [new Group("PSI", Ink.Model, [.. shown.Select(d => d.Psi)]), new Group("chance", Ink.Fifth, [.. shown.Select(Chance)])],
                limit),
            Table("PSI of every field", drift, limit),
            110 + (26 * shown.Length)));
    }

    private static IEnumerable<ReportBlock> OfScores(IReadOnlyList<FieldDrift> scores, double limit)
    {
        if (scores.Count > 0)
        {
            yield return Table(
                "PSI of the scores P(bad), test side against reference side", scores.Select(d => d with { Field = $"score of the {d.Field}" }), limit);
        }
    }

    private static DataTable Table(string caption, IEnumerable<FieldDrift> drift, double limit) => DataTable.Of(
        caption,
        ["Field", "PSI>", "Explained by chance>", "Reading"],
        drift.Select(d => (IReadOnlyList<Cell>)
        [
            d.Field, Format.Figure(d.Psi), Format.Figure(Chance(d)),
            d.Exceeds(limit) ? new Cell("alarm", Tone.Bad) : d.Exceeds(0.1) ? new Cell("moved", Tone.Warning) : new Cell("stable"),
        ]));

    private static double Chance(FieldDrift drift) => drift.NoiseLimit ?? 2 * drift.Noise;
}

using System.Globalization;
using ZiGong.Reports.Charts;
using ZiGong.Reports.Page;
using ZiGong.Reports.Scores;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfRun;

/// <summary>What every checkpoint of the agent weighed in the scores.</summary>
public static class WeightsSection
{
    public static ReportSection Of(RunFacts facts) => new(
        "weights",
        "Decay weights per checkpoint",
        facts.Result.View.Snapshot is { DecayIdentified: false }
            ? "The data have fewer than two distinct times: decay is not identified, γ = 1 was used whatever the options say."
            : Text(facts),
        facts.Scored is { Weights.Count: > 0 } scored ? [Plot(facts, scored)] : [new Paragraph("The run has no scores yet.")]);

    private static string Text(RunFacts facts)
    {
        var (gamma, clock) = (facts.Options.TracSeq.Gamma.ToString(CultureInfo.InvariantCulture), facts.Options.TracSeq.Clock);
        return $"γ = {gamma}, clock: {clock}. A checkpoint's weight is γ to the power of its age in periods before the snapshot's as-of time"
            + (clock == Contracts.DecayClock.Checkpoint ? "." : "; with this clock a sample's own age counts as well, which the weights below do not show.");
    }

    private static Figures Plot(RunFacts facts, ScoredRun scored)
    {
        var rows = scored.Weights.Select(
            (w, i) => (Weight: w, Checkpoint: i < facts.Checkpoints.Count ? facts.Checkpoints[i] : null, Name: NameOf(facts, i, w.Number))).ToList();
        return new Figures(new Figure(
            "Weight of each checkpoint",
            string.Join(", ", rows.Select(r => $"{r.Name}: {Format.Figure(r.Weight.Weight)}")) + ".",
            Plots.Bars(
                new Scale("weight γ^(T − t)", 0), [.. rows.Select(r => r.Name)], [new Group("weight", Ink.Model, [.. rows.Select(r => r.Weight.Weight)])]),
            DataTable.Of(
                "Checkpoints of the agent",
                ["Checkpoint", "Time t>", "Weight>", "Sum of step rates η>", "Steps>", "Training loss>"],
                rows.Select(r => (IReadOnlyList<Cell>)
                [
                    r.Name, r.Weight.Time is { } time ? Format.Figure(time) : "none", Format.Figure(r.Weight.Weight),
                    r.Checkpoint is { } c ? Format.Score(c.LearningRate) : "", r.Checkpoint is { } d ? Format.Count(d.Step) : "",
                    r.Checkpoint is { } e ? Format.Figure(e.Loss) : "",
                ])),
            120 + (34 * rows.Count)));
    }

    private static string NameOf(RunFacts facts, int index, int number) =>
        facts.Periods.Count == facts.Checkpoints.Count && index < facts.Periods.Count ? facts.Periods[index].Name : $"checkpoint {number}";
}

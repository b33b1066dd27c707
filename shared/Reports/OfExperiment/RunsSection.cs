using ZiGong.Credit.Experiments;
using ZiGong.Reports.Page;

namespace ZiGong.Reports.OfExperiment;

/// <summary>The runs behind the arms, and where the figures come from.</summary>
public static class RunsSection
{
    public static ReportSection Of(ExperimentResult result) => new(
        "lineage",
        "Runs and lineage",
        "Each run has a report of its own: zigong report RUN.",
        [
            DataTable.Of(
                "Runs",
                ["Arm", "Seed>", .. result.Design.Folds > 0 ? (string[])["Fold>"] : [], "Run", "Status"],
                result.Arms.SelectMany(a => a.Runs.Select(r => (IReadOnlyList<Cell>)
                [
                    a.Arm, $"{r.Seed}", .. result.Design.Folds > 0 ? new Cell[] { $"{r.Fold}" } : [], r.RunId?.ToString() ?? "not started",
                    new Cell(r.Status, r.Status is "Failed" or "Cancelled" ? Tone.Bad : Tone.Neutral),
                ]))),
            new Facts(
                "Hashes",
                [
                    new Fact("Experiment", result.Id), new Fact("Code version", result.CodeVersion),
                    .. result.Design.Snapshots.Select((s, i) => new Fact(result.Design.Folds > 0 ? $"Snapshot of fold {i}" : "Snapshot", s))],
                Code: true),
        ]);
}

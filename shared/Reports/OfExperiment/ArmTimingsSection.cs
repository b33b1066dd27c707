using ZiGong.Credit.Experiments;
using ZiGong.Reports.Charts;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfExperiment;

/// <summary>What the arms cost.</summary>
public static class ArmTimingsSection
{
    public static ReportSection Of(ExperimentResult result) => new(
        "timings",
        "Timings",
        "Work of all runs of an arm whose seeds are measured, reused units left out: what an arm shares with another is counted where it was computed.",
        [
            new Figures(new Figure(
                "Work per arm",
                $"{Format.Duration(TimeSpan.FromSeconds(result.Arms.Sum(a => a.Seconds)))} in all; "
                + $"the most went into {result.Arms.MaxBy(a => a.Seconds)!.Arm}, which came first or shares least.",
                Plots.Bars(
                    new Scale("seconds", 0), [.. result.Arms.Select(a => a.Arm)], [new Group("work", Ink.Model, [.. result.Arms.Select(a => a.Seconds)])]),
                DataTable.Of(
                    "Work per arm",
                    ["Arm", "Work>", "Units computed>", "Units reused>"],
                    result.Arms.Select(
                        a => (IReadOnlyList<Cell>)[a.Arm, Format.Duration(TimeSpan.FromSeconds(a.Seconds)), Format.Count(a.Computed), Format.Count(a.Reused)])),
                90 + (28 * result.Arms.Count))),
        ]);
}

using ZiGong.Reports.Charts;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfRun;

/// <summary>How long each stage took, and what was reused.</summary>
public static class TimingsSection
{
    public static ReportSection Of(RunFacts facts)
    {
        var stages = facts.Result.View.Stages;
        return new ReportSection(
            "timings",
            "Timings per stage",
            "Elapsed: from a stage's first unit to its last, stages overlap. Work: seconds of all workers together.",
            [
                new Figures(new Figure(
                    "Time per stage",
                    $"Elapsed time and work of every stage of the run, in order. The most work went into {stages.MaxBy(s => s.Work)!.Stage}: "
                    + $"{Format.Duration(TimeSpan.FromSeconds(stages.Max(s => s.Work)))}.",
                    Plots.Bars(
                        new Scale("seconds", 0),
                        [.. stages.Select(s => s.Stage.ToString())],
                        [
                            new Group("elapsed", Ink.Fifth, [.. stages.Select(s => s.Elapsed.TotalSeconds)]),
                            new Group("work", Ink.Model, [.. stages.Select(s => s.Work)])]),
                    DataTable.Of(
                        "Stages",
                        ["Stage", "Done>", "Units", "Reused>", "Retried>", "Elapsed>", "Work>"],
                        stages.Select(s => (IReadOnlyList<Cell>)
                        [
                            s.Stage.ToString(),
                            s.Total > 0 ? FormattableString.Invariant($"{s.Done:0.#} of {s.Total:0}") : FormattableString.Invariant($"{s.Done:0.#}"), s.Noun,
                            $"{s.Reused}", $"{s.Retried}", Format.Duration(s.Elapsed), Format.Duration(TimeSpan.FromSeconds(s.Work)),
                        ])),
                    400)),
            ]);
    }
}

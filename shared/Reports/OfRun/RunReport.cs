using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfRun;

/// <summary>The report of one run.</summary>
public static class RunReport
{
    public static ReportPage Of(RunFacts facts)
    {
        var run = facts.Run;
        var took = run.FinishedAt is { } end ? $", took {Format.Duration(end - run.RequestedAt)}" : "";
        return new ReportPage(
            "ZiGong run report",
            $"{run.Dataset}: {facts.Descriptor.Task}, {run.Kind} run",
            $"Run {run.RunId}, requested {Format.Time(run.RequestedAt)} UTC{took}",
            RunVerdict.Of(facts),
            [
                DataSection.Of(facts),
                MetricsSection.Of(facts),
                CurvesSection.Of(facts),
                ScoresSection.Of(facts),
                WeightsSection.Of(facts),
                SamplesSection.Of(facts),
                SelectionSection.Of(facts),
                FairnessSection.Of(facts),
                DriftSection.Of(facts),
                TimingsSection.Of(facts),
                LineageSection.Of(facts),
            ],
            $"Written by zigong report from the stored results of run {run.RunId}, generation {run.Generation}; the same results give the same bytes.");
    }
}

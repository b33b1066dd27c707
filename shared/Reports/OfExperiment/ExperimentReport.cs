using ZiGong.Credit.Experiments;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfExperiment;

/// <summary>The report of an experiment: a pure function of what it found.</summary>
public static class ExperimentReport
{
    public static ReportPage Of(ExperimentResult result) => new(
        "ZiGong experiment report",
        $"{result.Name} on {result.Dataset}",
        $"{result.Question} Experiment {ExperimentResult.Short(result.Id)}, asked {Format.Time(result.CreatedAt)} UTC.",
        ExperimentVerdict.Of(result),
        [
            DesignSection.Of(result),
            ArmsSection.Of(result),
            DifferencesSection.Of(result),
            ArmCurvesSection.Of(result),
            SeedsSection.Of(result),
            KeptSection.Of(result),
            ArmFairnessSection.Of(result),
            ArmTimingsSection.Of(result),
            RunsSection.Of(result),
        ],
        $"Written by zigong report from the stored results of experiment {result.Id}; the same results give the same bytes.");
}

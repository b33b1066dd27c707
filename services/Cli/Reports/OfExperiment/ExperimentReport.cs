using ZiGong.Cli.Experiments;
using ZiGong.Cli.Reports.Page;
using ZiGong.Cli.Terminal;

namespace ZiGong.Cli.Reports.OfExperiment;

/// <summary>The report of an experiment: a pure function of what it found.</summary>
public static class ExperimentReport
{
    public static ReportPage Of(ExperimentResult result) => new(
        "ZiGong experiment report",
        $"{result.Name} on {result.Dataset}",
        $"{result.Question} Experiment {ExperimentStore.Short(result.Id)}, asked {Format.Time(result.CreatedAt)} UTC.",
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

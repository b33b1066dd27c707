using ZiGong.Credit.Experiments;
using ZiGong.Credit.Metrics;
using ZiGong.Pipeline.Experiments;

namespace ZiGong.ReportTests;

/// <summary>An experiment with made-up figures: four arms on a curve, three seeds, one arm better, one worse, one undecided.</summary>
internal static class AnExperiment
{
    private static readonly long[] Seeds = [1, 2, 3];

    public static ExperimentResult Complete { get; } = new(
        new string('a', 64), "prune-ratio", "How much can be pruned before the model suffers?", "german",
        new DateTimeOffset(2026, 10, 1, 8, 0, 0, TimeSpan.Zero), "1-2-3", 12, 12,
        new ExperimentDesign(
            Seeds, Seeds, 0, [new string('b', 64)], 150, "the steps of the whole data", 4000, 1500, 900, 270, 4000, 1500, 0, true, 1000, ["Tuning:Epochs=1"]),
        [
            Arm("full", "all data", null, 1, 0.42, 800),
            Arm("top-50", "TracSeq, top 50 %", "TracSeq", 0.5, 0.45, 400),
            Arm("top-10", "TracSeq, top 10 %", "TracSeq", 0.1, 0.35, 80),
            Arm("random-50", "random 50 %", "random", 0.5, 0.41, 400),
        ],
        [
            Against("top-50", 0.030, 0.010, 0.050), Against("top-10", -0.070, -0.100, -0.040), Against("random-50", -0.010, -0.030, 0.012),
        ],
        [Fair("full"), Fair("top-50")],
        ["Capped at 4,000 training samples.", "Left out: less-50 <b>because</b> of *space*."]);

    /// <summary>One arm has not finished any seed.</summary>
    public static ExperimentResult Begun { get; } = Complete with
    {
        ArmsDone = 5, Comparisons = [], Fairness = [], Design = Complete.Design with { SeedsMeasured = [], TestPositives = null },
        Arms = [
            .. Complete.Arms.Select(
                a => a with { Metrics = new Dictionary<Metric, ArmFigure>(), Kept = null, ClassShares = new Dictionary<string, double>(), Overlap = null })],
    };

    private static ArmResult Arm(string name, string title, string? series, double x, double ks, double kept) => new(
        name, title, [$"Selection:Size={x}"], series, x,
        new Dictionary<Metric, ArmFigure>
        {
            [Metric.Ks] = Figure(ks), [Metric.Auc] = Figure(0.5 + (ks / 2)), [Metric.Brier] = Figure(0.25 - (ks / 5)),
            [Metric.Miss] = new(0, 0, 0, 0, [0, 0, 0]),
        },
        kept, new Dictionary<string, double> { ["bad"] = 0.3, ["good"] = 0.7 }, 7.5, 0.6, 42, 3, 9,
        [.. Seeds.Select(s => new ArmRun(s, 0, new Guid((int)s, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10), "Completed"))]);

    private static ArmFigure Figure(double mean) => new(mean, mean - 0.03, mean + 0.03, 0.01, [mean - 0.01, mean, mean + 0.01]);

    private static ArmComparison Against(string arm, double value, double lower, double upper) => new(
        arm, "full", 900, 3,
        new Dictionary<Metric, Difference>
        {
            [Metric.Ks] = new(value, lower, upper, 0.028), [Metric.Auc] = new(value / 2, lower / 2, upper / 2, 0.014),
            [Metric.Brier] = new(-value / 5, -upper / 5, -lower / 5, 0.006),
        },
        0.5);

    private static ArmFairness Fair(string arm) => new(
        arm, "sex", "full",
        [
            new GroupFigures("female", 300, 0.7, 0.8, 0.4, true), new GroupFigures("male", 580, 0.75, 0.85, 0.45, true),
            new GroupFigures("other", 20, 0.9, null, null, false)],
        new Dictionary<FairnessFigure, ArmFigure>
        {
            [FairnessFigure.ParityRatio] = new(0.93, 0.85, 1, 0.02, [0.91, 0.93, 0.95]),
            [FairnessFigure.AverageOdds] = new(0.05, 0.01, 0.1, 0.01, [0.04, 0.05, 0.06]),
        },
        arm == "full"
            ? new Dictionary<FairnessFigure, Difference>()
            : new Dictionary<FairnessFigure, Difference> { [FairnessFigure.ParityRatio] = new(0.01, -0.02, 0.04, 0.05) });
}

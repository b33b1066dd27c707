using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Splits;
using ZiGong.Evaluation;
using ZiGong.Reports.Page;

namespace ZiGong.UnitTests.Evaluation;

/// <summary>What gates judge: a model that passes all of them, and its parts.</summary>
internal static class GateFixtures
{
    public static readonly LeakFigures NoLeak = new(
        50, 0, 0, 0, false, new DateTimeOffset(2023, 6, 1, 0, 0, 0, TimeSpan.Zero), 0, 0, new DateTimeOffset(2023, 5, 1, 0, 0, 0, TimeSpan.Zero));

    public static readonly GateFigures Fine = new(Report(), Against(0.01, -0.01, 0.03), [Parity(0.9, 1.05)], [new FieldDrift("limit", 0.1, 0.01, 0.05)])
    {
        Leaks = NoLeak,
        Classes = [Class("good", 800, 400), Class("bad", 200, 100)],
        ScoreDrift = new FieldDrift("model", 0.1, 0.01, 0.05),
    };

    public static GateResult Verdict(GateFigures figures, string gate, EvaluationOptions? options = null) =>
        Gates.Check(figures, options ?? new EvaluationOptions()).Single(r => r.Gate == gate);

    public static MetricReport Report(double miss = 0, double aucLower = 0.7) => new(500, 100, new Dictionary<Metric, Interval>
    {
        [Metric.Acc] = new(0.8, 0.77, 0.83),
        [Metric.Ks] = new(0.42, 0.35, 0.49),
        [Metric.Auc] = new(0.77, aucLower, 0.82),
        [Metric.Brier] = new(0.14, 0.12, 0.16),
        [Metric.Miss] = new(miss, 0, miss),
    });

    public static DifferenceReport Against(double value, double lower, double upper, double missRise = 0, double missLower = 0.001) =>
        new(500, new Dictionary<Metric, Difference>
        {
            [Metric.Ks] = new(value, lower, upper, 0.03),
            [Metric.Miss] = new(missRise, missLower, missRise + 0.01, 0.01),
        });

    public static FairnessReport Parity(double smallest, double largest) => new(
        "sex", [new GroupFigures("f", 100, 0.5, 0.6, 0.2, true), new GroupFigures("m", 100, 0.9, 0.9, 0.4, true)], smallest, 0.1, 0.1, 0.1)
    {
        LargestRatio = largest,
        Intervals = new FairnessIntervals(new Interval(smallest, 0.7, 0.95), null, null, null),
    };

    public static ClassEffect Class(string answer, int training, int kept) => new(answer, training, kept, kept / 3, 50, null, null);

    public static AnswerFindings Over(Difference gain, Difference? champion = null, int rare = 50)
    {
        static Interval At(double value) => new(value, value - 0.1, value + 0.1);
        AllAnswers Figures(double f1) => new(
            500,
            [
                new("positive", 250 - rare, 100, null, null, At(f1)), new("neutral", 250, 350, null, null, At(f1)),
                new("negative", rare, 50, null, null, At(f1)),
            ],
            [[1, 2, 3], [4, 5, 6], [7, 8, 9]], At(0.5), At(f1), At(0.1));
        AnswerDifferences Of(Difference macroF1) => new(500, Difference.Alone(0), macroF1, Difference.Alone(0));
        return new AnswerFindings(Figures(0.5), Figures(0.25), "neutral", Of(gain), champion is null ? null : Of(champion));
    }
}

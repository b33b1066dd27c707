using ZiGong.Credit.Encodings;
using ZiGong.Credit.Metrics;

namespace ZiGong.Evaluation;

/// <summary>What a gate does when its condition is not met.</summary>
public enum GateMode
{
    /// <summary>Not checked.</summary>
    Off,

    /// <summary>Reported; the model may still be promoted.</summary>
    Warn,

    /// <summary>The model is rejected.</summary>
    Reject,
}

/// <summary>What a gate said.</summary>
public enum GateVerdict
{
    Passed,
    Warned,
    Failed,
}

/// <summary>Limits of the gates and how strictly each is taken.</summary>
/// <param name="Champion">Mode of the comparison with the champion.</param>
/// <param name="MaxKsLoss">Largest loss of KS against the champion.</param>
/// <param name="Miss">Mode of the limit on missed generations.</param>
/// <param name="MaxMiss">Largest share of generations without a clear answer.</param>
/// <param name="Signal">Mode of the check that the model separates the classes at all: the lower end of the interval of AUC is above 0.5.</param>
/// <param name="Classes">Mode of the check that the test side holds enough of each class.</param>
/// <param name="MinPerClass">Smallest number of test samples of each class.</param>
/// <param name="Fairness">Mode of the range of demographic parity.</param>
/// <param name="MinParityRatio">Smallest ratio of favourable shares ("four-fifths rule").</param>
/// <param name="Drift">Mode of the drift alarm, which recommends a full run.</param>
public sealed record GateOptions(
    GateMode Champion = GateMode.Reject,
    double MaxKsLoss = 0.02,
    GateMode Miss = GateMode.Reject,
    double MaxMiss = 0.01,
    GateMode Signal = GateMode.Reject,
    GateMode Classes = GateMode.Reject,
    int MinPerClass = 10,
    GateMode Fairness = GateMode.Warn,
    double MinParityRatio = 0.8,
    GateMode Drift = GateMode.Warn);

/// <summary>What the gates look at.</summary>
/// <param name="Challenger">Metrics of the new model.</param>
/// <param name="AgainstChampion">Challenger minus champion on the same rows; null where there is no champion.</param>
/// <param name="Fairness">One report per protected field.</param>
/// <param name="Drift">One entry per field.</param>
public sealed record GateFigures(
    MetricReport Challenger,
    DifferenceReport? AgainstChampion,
    IReadOnlyList<FairnessReport> Fairness,
    IReadOnlyList<FieldDrift> Drift);

/// <summary>One gate's verdict with the figures it rests on.</summary>
public sealed record GateResult(string Gate, GateVerdict Verdict, string Figures);

/// <summary>Decides whether a model may replace the champion.</summary>
public static class Gates
{
    /// <summary>Every gate that is on, in a fixed order; the model passes when none has failed.</summary>
    public static IReadOnlyList<GateResult> Check(GateFigures figures, GateOptions options) =>
    [
        Finite(figures),
        .. Of("classes", options.Classes, Classes(figures.Challenger, options.MinPerClass)),
        .. Of("signal", options.Signal, Signal(figures.Challenger)),
        .. Of("miss", options.Miss, Miss(figures.Challenger, options.MaxMiss)),
        .. Of("champion", options.Champion, Champion(figures.AgainstChampion, options.MaxKsLoss)),
        .. figures.Fairness.SelectMany(f => Of($"fairness:{f.Field}", options.Fairness, Parity(f, options.MinParityRatio))),
        .. Of("drift", options.Drift, Drifted(figures.Drift)),
    ];

    /// <summary>Whether the model may be promoted.</summary>
    public static bool Pass(IEnumerable<GateResult> results) => results.All(r => r.Verdict != GateVerdict.Failed);

    private static IEnumerable<GateResult> Of(string gate, GateMode mode, (bool Holds, string Figures) check)
    {
        if (mode != GateMode.Off)
        {
            yield return new GateResult(gate, check.Holds ? GateVerdict.Passed : mode == GateMode.Warn ? GateVerdict.Warned : GateVerdict.Failed, check.Figures);
        }
    }

    // No mode: a figure that does not exist can justify nothing.
    private static GateResult Finite(GateFigures figures)
    {
        string[] broken =
        [
            .. figures.Challenger.Values.Where(v => !double.IsFinite(v.Value.Value + v.Value.Lower + v.Value.Upper)).Select(v => v.Key.ToString()),
            .. figures.AgainstChampion?.Values.Where(v => !double.IsFinite(v.Value.Value + v.Value.Lower + v.Value.Upper)).Select(v => $"Δ{v.Key}") ?? [],
        ];
        return broken.Length == 0
            ? new GateResult("finite", GateVerdict.Passed, $"{figures.Challenger.Values.Count} metrics on n = {figures.Challenger.N}")
            : new GateResult("finite", GateVerdict.Failed, $"not a number: {string.Join(", ", broken)} on n = {figures.Challenger.N}");
    }

    private static (bool Holds, string Figures) Classes(MetricReport challenger, int minimum)
    {
        var negatives = challenger.N - challenger.Positives;
        return (Math.Min(challenger.Positives, negatives) >= minimum,
            $"{challenger.Positives} positive and {negatives} negative test samples, at least {minimum} of each are needed");
    }

    // KS is never negative, and its bootstrap interval never holds 0, even of pure noise: AUC tells whether there is a signal.
    private static (bool Holds, string Figures) Signal(MetricReport challenger)
    {
        var auc = challenger[Metric.Auc];
        return (auc.Lower > 0.5 && challenger[Metric.Ks].Lower > 0,
            $"AUC {auc.Value:F4} [{auc.Lower:F4}, {auc.Upper:F4}] must lie above 0.5; KS {challenger[Metric.Ks].Value:F4}, n = {challenger.N}");
    }

    private static (bool Holds, string Figures) Miss(MetricReport challenger, double limit) =>
        challenger.Values.TryGetValue(Metric.Miss, out var miss)
            ? (miss.Value <= limit, $"Miss {miss.Value:P2} [{miss.Lower:P2}, {miss.Upper:P2}], at most {limit:P2}, n = {challenger.N}")
            : (false, "nothing was generated, so Miss is unknown");

    private static (bool Holds, string Figures) Champion(DifferenceReport? against, double limit)
    {
        if (against is null)
        {
            return (true, "there is no champion yet");
        }

        var ks = against[Metric.Ks];
        return (!(ks.Upper < 0) && !(ks.Value < -limit),
            $"ΔKS {ks.Value:+0.0000;-0.0000} [{ks.Lower:+0.0000;-0.0000}, {ks.Upper:+0.0000;-0.0000}]: the upper end must reach 0 and the loss stay within {limit:F4}; " +
            $"n = {against.N} could have shown {ks.Detectable:F4}");
    }

    private static (bool Holds, string Figures) Parity(FairnessReport report, double limit) => report.ParityRatio is { } ratio
        ? (ratio >= limit,
            $"{report.Field}: parity ratio {ratio:F3} (at least {limit:F3}), difference {report.ParityDifference:F3}, " +
            $"equal opportunity {report.EqualOpportunity:F3}, average odds {report.AverageOdds:F3}; {string.Join(", ", report.Groups.Select(g => $"{g.Group} n = {g.Count}"))}")
        : (true, $"{report.Field}: fewer than two groups of at least {ZiGong.Credit.Metrics.Fairness.SmallestGroup} samples, nothing to compare");

    private static (bool Holds, string Figures) Drifted(IReadOnlyList<FieldDrift> drift)
    {
        FieldDrift[] alarms = [.. drift.Where(d => d.Alarm)];
        return alarms.Length == 0
            ? (true, $"{drift.Count} fields, largest PSI {drift.Select(d => d.Psi).DefaultIfEmpty(0).Max():F3}")
            : (false, $"a full run is recommended: {string.Join(", ", alarms.Select(d => $"{d.Field} PSI {d.Psi:F3} (noise {d.Noise:F3})"))}");
    }
}

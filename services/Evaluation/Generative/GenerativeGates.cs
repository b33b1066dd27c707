using ZiGong.Contracts;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Splits;

namespace ZiGong.Evaluation.Generative;

/// <summary>Decides whether a model that answers freely may replace the champion. Ranking gates (KS, AUC) do not apply and are not there.</summary>
public static class GenerativeGates
{
    /// <summary>Fewer test answers than this say nothing.</summary>
    public const int SmallestTest = 20;

    /// <summary>Every gate that is on, in a fixed order; the model passes when none has failed.</summary>
    /// <param name="findings">What was measured.</param>
    /// <param name="leaks">What the sides of the snapshot share.</param>
    /// <param name="championFault">Why the champion cannot be compared with; null where it can, or where there is none.</param>
    /// <param name="drift">One entry per field.</param>
    /// <param name="options">Modes and limits.</param>
    public static IReadOnlyList<GateResult> Check(
        GenerativeFindings findings, LeakFigures leaks, string? championFault, IReadOnlyList<FieldDrift> drift, EvaluationOptions options)
    {
        var model = findings.Model;
        return
        [
            .. Gates.Of("leakage", options.LeakageGate, Gates.Leakage(leaks)),
            .. Gates.Of(
                "size", options.ClassesGate,
                new(model.N >= SmallestTest, $"{model.N} test answers, at least {SmallestTest} are needed", ("N", model.N), ("Smallest", SmallestTest))),
            .. Gates.Of("signal", options.SignalGate, Signal(findings)),
            .. Gates.Of("empty", options.MissGate, new(
                model.Empty.Value <= options.MaximumMiss,
                $"{Share(model.Empty)} of the answers are empty, at most {options.MaximumMiss:P2}, n = {model.N}",
                ("Empty", model.Empty.Value), ("MaximumMiss", options.MaximumMiss), ("N", model.N))),
            .. Gates.Of("hallucination", options.HallucinationGate, new(
                model.HallucinationRate.Value <= options.MaximumHallucination,
                $"{Share(model.HallucinationRate)} of the answers hold a number or field name that the prompt does not, "
                + $"at most {options.MaximumHallucination:P2}, n = {model.N}",
                ("HallucinationRate", model.HallucinationRate.Value), ("MaximumHallucination", options.MaximumHallucination), ("N", model.N))),
            .. Gates.Of("champion", options.ChampionGate, Champion(findings, championFault, options.MaximumF1Fall)),
            .. Gates.Of("drift", options.DriftGate, Gates.Drifted(drift, options.MaximumPsi)),
        ];
    }

    private static string Share(Interval share) => share.HasEnds ? $"{share.Value:P2} [{share.Lower:P2}, {share.Upper:P2}]" : $"{share.Value:P2}";

    private static Gates.Finding Signal(GenerativeFindings findings)
    {
        var (model, gain) = (findings.Model, findings.AgainstBaseline);
        return model.WithoutIntervals is { } why
            ? new(null, $"gain in token F1 {gain.Value:+0.0000;-0.0000}, {why}", ("Gain", gain.Value), ("N", model.N))
            : new(
            gain.Lower > 0,
            $"token F1 {model.TokenF1.Value:F4} against {findings.Baseline.TokenF1.Value:F4} of always '{findings.BaselineAnswer}': "
            + $"gain {gain.Value:+0.0000;-0.0000} [{gain.Lower:+0.0000;-0.0000}, {gain.Upper:+0.0000;-0.0000}] must lie above 0; "
            + $"n = {model.N} could have shown {gain.Detectable:F4}",
            ("TokenF1", model.TokenF1.Value), ("Gain", gain.Value), ("GainLower", gain.Lower), ("GainUpper", gain.Upper), ("N", model.N));
    }

    private static Gates.Finding Champion(GenerativeFindings findings, string? fault, double limit) => findings.AgainstChampion is { } against
        ? findings.Model.WithoutIntervals is { } why
        ? new(null, $"Δ token F1 {against.Value:+0.0000;-0.0000}, {why}", ("F1Difference", against.Value), ("N", findings.Model.N))
        : new(
            against.Upper >= 0 && against.Value >= -limit,
            $"Δ token F1 {against.Value:+0.0000;-0.0000} [{against.Lower:+0.0000;-0.0000}, {against.Upper:+0.0000;-0.0000}]: "
            + $"the upper end must reach 0 and the loss stay within {limit:F4}; "
            + $"n = {findings.Model.N} could have shown {against.Detectable:F4}",
            ("F1Difference", against.Value), ("F1Lower", against.Lower), ("F1Upper", against.Upper), ("MaximumF1Fall", limit),
            ("Detectable", against.Detectable), ("N", findings.Model.N))
        : new(fault is null ? null : false, fault ?? "there is no champion yet");
}

using ZiGong.Contracts;
using ZiGong.Credit.Encodings;

namespace ZiGong.Evaluation.Generative;

/// <summary>Decides whether a model that answers freely may replace the champion. Ranking gates (KS, AUC, Miss) do not apply and are not there.</summary>
public static class GenerativeGates
{
    /// <summary>Fewer test answers than this say nothing.</summary>
    public const int SmallestTest = 20;

    /// <summary>Every gate in a fixed order; the model passes when none has failed.</summary>
    public static IReadOnlyList<GateResult> Check(GenerativeFindings findings, IReadOnlyList<FieldDrift> drift, EvaluationOptions options)
    {
        var model = findings.Model;
        var gain = findings.AgainstBaseline;
        FieldDrift[] alarms = [.. drift.Where(d => d.Alarm)];
        return
        [
            Of("size", model.N >= SmallestTest, $"{model.N} test answers, at least {SmallestTest} are needed"),
            Of(
                "signal", gain.Lower > 0,
                $"token F1 {model.TokenF1.Value:F4} against {findings.Baseline.TokenF1.Value:F4} of always '{findings.BaselineAnswer}': "
                + $"gain {gain.Value:+0.0000;-0.0000} [{gain.Lower:+0.0000;-0.0000}, {gain.Upper:+0.0000;-0.0000}] must lie above 0; n = {model.N} could have shown {gain.Detectable:F4}"),
            Of(
                "hallucination", model.HallucinationRate.Value <= options.MaximumHallucination,
                $"{model.HallucinationRate.Value:P2} [{model.HallucinationRate.Lower:P2}, {model.HallucinationRate.Upper:P2}] of the answers hold a number or field name that the prompt does not, "
                + $"at most {options.MaximumHallucination:P2}, n = {model.N}"),
            Champion(findings, options.MaximumF1Fall),
            new GateResult(
                "drift", alarms.Length == 0 ? GateVerdict.Passed : GateVerdict.Warned,
                alarms.Length == 0
                    ? $"{drift.Count} fields, largest PSI {drift.Select(d => d.Psi).DefaultIfEmpty(0).Max():F3}"
                    : $"a full run is recommended: {string.Join(", ", alarms.Select(d => $"{d.Field} PSI {d.Psi:F3} (noise {d.Noise:F3})"))}"),
        ];
    }

    private static GateResult Champion(GenerativeFindings findings, double limit) => findings.AgainstChampion is { } against
        ? Of(
            "champion", against.Upper >= 0 && against.Value >= -limit,
            $"Δ token F1 {against.Value:+0.0000;-0.0000} [{against.Lower:+0.0000;-0.0000}, {against.Upper:+0.0000;-0.0000}]: the upper end must reach 0 and the loss stay within {limit:F4}; "
            + $"n = {findings.Model.N} could have shown {against.Detectable:F4}")
        : Of("champion", holds: true, "there is no champion yet");

    private static GateResult Of(string gate, bool holds, string figures) => new(gate, holds ? GateVerdict.Passed : GateVerdict.Failed, figures);
}

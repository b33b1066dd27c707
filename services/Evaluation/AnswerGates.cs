using ZiGong.Contracts;
using ZiGong.Credit.Metrics;

namespace ZiGong.Evaluation;

/// <summary>The gates over all of three or more answers, in place of those that look at the bad outcome against the rest.</summary>
internal static class AnswerGates
{
    public static Gates.Finding Classes(AllAnswers model, int minimum) => new(
        model.Answers.All(a => a.Test >= minimum),
        $"{string.Join(", ", model.Answers.Select(a => $"{a.Test} '{a.Answer}'"))} among the test samples, at least {minimum} of each are needed",
        [.. model.Answers.Select(a => (a.Answer, (double)a.Test)), ("MinimumPerClass", minimum)]);

    /// <summary>Better than always giving the most frequent answer, whose macro F1 is low however often it is right.</summary>
    public static Gates.Finding Signal(AnswerFindings found)
    {
        var (f1, gain, n) = (found.Model.MacroF1, found.AgainstUsual.MacroF1, found.Model.N);
        var figures = FormattableString.Invariant($"macro F1 {f1.Value:F4} over {found.Model.Answers.Count} answers against ")
            + FormattableString.Invariant($"{found.Usual.MacroF1.Value:F4} of always ")
            + FormattableString.Invariant($"'{found.UsualAnswer}': gain {gain.Value:+0.0000;-0.0000;0}");
        return found.Model.WithoutIntervals is { } why
            ? new(null, $"{figures}, {why}", ("MacroF1", f1.Value), ("Gain", gain.Value), ("N", n))
            : new(
                gain.Lower > 0,
                figures + FormattableString.Invariant($" [{gain.Lower:+0.0000;-0.0000;0}, {gain.Upper:+0.0000;-0.0000;0}] must lie above 0; ")
                + FormattableString.Invariant($"n = {n} could have shown {gain.Detectable:F4}"),
                ("MacroF1", f1.Value), ("Gain", gain.Value), ("GainLower", gain.Lower), ("GainUpper", gain.Upper), ("N", n));
    }

    public static Gates.Finding Champion(AnswerFindings found, Difference change, EvaluationOptions options)
    {
        var (n, limit) = (found.Model.N, options.MaximumF1Fall);
        var figures = FormattableString.Invariant($"Δ macro F1 {change.Value:+0.0000;-0.0000;0}");
        return found.Model.WithoutIntervals is { } why
            ? new(null, $"{figures}, {why}", ("F1Difference", change.Value), ("N", n))
            : new(
                change.Upper >= 0 && change.Value >= -limit,
                figures + FormattableString.Invariant($" [{change.Lower:+0.0000;-0.0000;0}, {change.Upper:+0.0000;-0.0000;0}]: ")
                + FormattableString.Invariant($"the upper end must reach 0 and the loss stay within {limit:F4}; ")
                + FormattableString.Invariant($"n = {n} could have shown {change.Detectable:F4}"),
                ("F1Difference", change.Value), ("F1Lower", change.Lower), ("F1Upper", change.Upper), ("MaximumF1Fall", limit),
                ("Detectable", change.Detectable), ("N", n));
    }
}

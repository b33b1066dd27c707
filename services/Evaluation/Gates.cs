using System.Globalization;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Splits;

namespace ZiGong.Evaluation;

/// <summary>What the gates look at.</summary>
/// <param name="Challenger">Metrics of the new model.</param>
/// <param name="AgainstChampion">Challenger minus champion on the same rows; null where there is no champion.</param>
/// <param name="Fairness">One report per protected field.</param>
/// <param name="Drift">One entry per field.</param>
public sealed record GateFigures(
    MetricReport Challenger,
    DifferenceReport? AgainstChampion,
    IReadOnlyList<FairnessReport> Fairness,
    IReadOnlyList<FieldDrift> Drift)
{
    /// <summary>Why a champion could not be compared with; null where it could, or where there is none.</summary>
    public string? ChampionFault { get; init; }

    /// <summary>What the challenger said that is no number.</summary>
    public NotNumbers NotNumbers { get; init; } = NotNumbers.None;

    /// <summary>Null where it was not looked at.</summary>
    public LeakFigures? Leaks { get; init; }

    /// <summary>Training and kept samples per class.</summary>
    public IReadOnlyList<ClassEffect> Classes { get; init; } = [];

    /// <summary>What was found over all of three or more answers, which then decides gates classes, signal and champion; null of two.</summary>
    public AnswerFindings? AllAnswers { get; init; }

    /// <summary>PSI of the challenger's score; null where it was not looked at.</summary>
    public FieldDrift? ScoreDrift { get; init; }
}

/// <summary>Decides whether a model may replace the champion. Modes and limits are the run's <see cref="EvaluationOptions"/>.</summary>
public static partial class Gates
{
    /// <summary>Every gate that is on, in a fixed order; the model passes when none has failed.</summary>
    public static IReadOnlyList<GateResult> Check(GateFigures figures, EvaluationOptions options) =>
    [
        Finite(figures),
        .. Of("leakage", options.LeakageGate, Leakage(figures.Leaks)),
        .. Of("classes", options.ClassesGate, figures.AllAnswers is { } all
            ? AnswerGates.Classes(all.Model, options.MinimumPerClass)
            : Classes(figures.Challenger, options.MinimumPerClass)),
        .. figures.Classes.SelectMany(c => Of($"selection:{c.Answer}", options.SelectionGate, Selection(c, figures.Classes, options))),
        .. Of("signal", options.SignalGate, figures.AllAnswers is { } over ? AnswerGates.Signal(over) : Signal(figures.Challenger)),
        .. Of("miss", options.MissGate, Miss(figures.Challenger, options.MaximumMiss)),
        .. Of("miss:champion", options.MissGate, MissRise(figures, options.MaximumMissRise)),
        .. Of("champion", options.ChampionGate, Champion(figures, options)),
        .. figures.Fairness.SelectMany(f => Of($"fairness:{f.Field}", options.FairnessGate, Parity(f, options))),
        .. Of("drift", options.DriftGate, Drifted(figures.Drift, options.MaximumPsi)),
        .. Of("score-drift", options.ScoreDriftGate, ScoreDrifted(figures.ScoreDrift, options.MaximumScorePsi)),
    ];

    /// <summary>The failed gates as the announcement names them.</summary>
    public static IReadOnlyList<GateFailure> Failures(IEnumerable<GateResult> results) =>
        [.. results.Where(r => r.Verdict == GateVerdict.Failed).Select(r => new GateFailure(r.Gate, r.Figures, r.Values))];

    /// <param name="Holds">Null where there is nothing to check.</param>
    internal sealed record Finding(bool? Holds, string Figures, params (string Name, double Value)[] Values);

    internal static IEnumerable<GateResult> Of(string gate, GateMode mode, Finding finding)
    {
        if (mode != GateMode.Off)
        {
            var verdict = finding.Holds switch
            {
                null => GateVerdict.Skipped,
                true => GateVerdict.Passed,
                false => mode == GateMode.Warn ? GateVerdict.Warned : GateVerdict.Failed,
            };
            yield return new GateResult(gate, verdict, finding.Figures)
            {
                Values = finding.Values.Where(v => double.IsFinite(v.Value)).ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal),
            };
        }
    }

    // No mode: a figure that does not exist can justify nothing.
    private static GateResult Finite(GateFigures figures)
    {
        string[] broken =
        [
            .. figures.Challenger.Values.Where(v => IsBroken(v.Value.Value, v.Value.Lower + v.Value.Upper)).Select(v => v.Key.ToString()),
            .. figures.AgainstChampion?.Values.Where(v => IsBroken(v.Value.Value, v.Value.Lower + v.Value.Upper)).Select(v => $"Δ{v.Key}") ?? [],
        ];
        bool IsBroken(double value, double ends) => !double.IsFinite(figures.Challenger.WithoutIntervals is null ? value + ends : value);
        var notNumbers = figures.NotNumbers;
        var n = figures.Challenger.N;
        var words = notNumbers.Count > 0
            ? $"{notNumbers.Count} of {n} probabilities are not numbers (samples {string.Join(", ", notNumbers.Samples)}); "
                + "for them the figures of this report use the training side's share of bads"
            : broken.Length > 0 ? $"not a number: {string.Join(", ", broken)} on n = {n}" : $"{figures.Challenger.Values.Count} metrics on n = {n}";
        return Of(
            "finite", GateMode.Fail,
            new Finding(notNumbers.Count + broken.Length == 0, words, ("NotNumbers", notNumbers.Count), ("Metrics", broken.Length), ("N", n))).Single();
    }

    internal static Finding Leakage(LeakFigures? leaks)
    {
        if (leaks is null)
        {
            return new Finding(null, "sides were not looked at");
        }

        var subjects = $"of {leaks.TestSubjects} borrowers on the test side {leaks.InTraining} are on the training and {leaks.InReference} "
            + "on the reference side, "
            + $"{leaks.ReferenceInTraining} are on the reference and the training side{(leaks.SubjectsMayRepeat ? " (allowed: OutOfTime)" : "")}";
        var times = leaks.ReferenceFrom is { } from
            ? $"; {leaks.LateTraining} training samples are from after {Day(from)}, when the reference side begins (newest label "
                + $"{(leaks.NewestLabel is { } label ? Day(label) : "unknown")}), "
                + $"{leaks.LateReference} reference samples from after the test side begins"
            : "; the split is not by time";
        return new Finding(
            !leaks.Leaks, subjects + times, ("TestSubjects", leaks.TestSubjects), ("InTraining", leaks.InTraining), ("InReference", leaks.InReference),
            ("ReferenceInTraining", leaks.ReferenceInTraining), ("LateTraining", leaks.LateTraining), ("LateReference", leaks.LateReference));
    }

    private static Finding Classes(MetricReport challenger, int minimum)
    {
        var negatives = challenger.N - challenger.Positives;
        return new Finding(
            Math.Min(challenger.Positives, negatives) >= minimum,
            $"{challenger.Positives} positive and {negatives} negative test samples, at least {minimum} of each are needed",
            ("Positives", challenger.Positives), ("Negatives", negatives), ("MinimumPerClass", minimum));
    }

    private static Finding Selection(ClassEffect effect, IReadOnlyList<ClassEffect> all, EvaluationOptions options)
    {
        int training = all.Sum(c => c.Training), kept = all.Sum(c => c.Kept), least = Math.Min(options.MinimumKeptPerClass, effect.Training);
        double before = effect.Training / (double)training, after = kept == 0 ? 0 : effect.Kept / (double)kept;
        return new Finding(
            effect.Training == 0 ? null : effect.Kept >= least && after >= options.MinimumKeptRatio * before,
            Invariant($"{effect.Kept} of {effect.Training} '{effect.Answer}' are kept (at least {least}): {Percent(after)} of the kept samples, ")
            + Invariant($"{Percent(before)} of all (at least {options.MinimumKeptRatio:0.###} of that share)"),
            ("Kept", effect.Kept), ("Training", effect.Training), ("MinimumKept", least), ("KeptShare", after), ("TrainingShare", before),
            ("MinimumKeptRatio", options.MinimumKeptRatio));
    }

    // KS of pure noise is above 0 too, and its interval, cut off at 0, says little where it is small: AUC tells whether there is a signal.
    private static Finding Signal(MetricReport challenger)
    {
        var (auc, ks) = (challenger[Metric.Auc], challenger[Metric.Ks]);
        if (challenger.WithoutIntervals is { } why)
        {
            return new Finding(null, Invariant($"AUC {auc.Value:F4} and KS {ks.Value:F4}, {why}"), ("Auc", auc.Value), ("Ks", ks.Value), ("N", challenger.N));
        }

        return new Finding(
            auc.Lower > 0.5,
            Invariant($"AUC {auc.Value:F4} [{auc.Lower:F4}, {auc.Upper:F4}] must lie above 0.5; KS {ks.Value:F4}, n = {challenger.N}"),
            ("Auc", auc.Value), ("AucLower", auc.Lower), ("AucUpper", auc.Upper), ("Ks", ks.Value), ("N", challenger.N));
    }

    private static string Day(DateTimeOffset time) => time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Percent(double share) => share.ToString("0.0 %", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}

/// <summary>Test samples for which a model's P(positive) is NaN or infinite.</summary>
/// <param name="Count">How many.</param>
/// <param name="Samples">Ids of the first few.</param>
public sealed record NotNumbers(int Count, IReadOnlyList<string> Samples)
{
    private const int Named = 5;

    public static NotNumbers None { get; } = new(0, []);

    /// <param name="samples">The test side.</param>
    /// <param name="probabilities">P(positive) of each.</param>
    public static NotNumbers In(IReadOnlyList<Sample> samples, IReadOnlyList<double> probabilities)
    {
        string[] broken = [.. samples.Where((_, i) => !double.IsFinite(probabilities[i])).Select(s => s.Id)];
        return broken.Length == 0 ? None : new NotNumbers(broken.Length, [.. broken.Take(Named)]);
    }
}

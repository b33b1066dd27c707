using ZiGong.Contracts;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Scorecards;

namespace ZiGong.Evaluation;

/// <summary>What was said of the test side.</summary>
/// <param name="Model">By the tuned model.</param>
/// <param name="Scorecard">Fitted on the whole training side.</param>
/// <param name="ScorecardProbabilities">Its P(positive) of each test sample.</param>
/// <param name="Champion">By the champion; null without one that can be compared with.</param>
/// <param name="ChampionFault">Why it cannot, where there is one.</param>
public sealed record TestSideAnswers(
    AdapterOutput Model, Scorecard Scorecard, double[] ScorecardProbabilities, Predictions? Champion, string? ChampionFault)
{
    /// <summary>As <see cref="AdapterOutput.Said"/>, by the champion.</summary>
    public IReadOnlyList<int>? ChampionSaid { get; init; }
}

/// <summary>Where the model comes from.</summary>
public sealed record ModelOrigin(string AdapterUri, Lineage Lineage, IReadOnlyList<string> Notes);

/// <summary>All figures and verdicts, from what was said: no input or output, so that equal answers give equal reports.</summary>
public static class ReportWriting
{
    public static EvaluationReport Of(
        EvaluationData data, TestSideAnswers said, ModelOrigin origin, EvaluationOptions options, ulong seed, CancellationToken ct = default)
    {
        var resamples = options.Resamples;
        var majority = MajorityClass.Probability(data.TrainingPositive);

        // What is no number fails the model, whatever the options; the rest of the report still has to be readable.
        double[] probabilities = [.. said.Model.Probabilities.Select(p => double.IsFinite(p) ? p : majority)];
        var rows = Predictions.Of(probabilities, data.TestPositive, said.Model.Generated);
        var scorecardRows = Predictions.Of(said.ScorecardProbabilities, data.TestPositive);
        var binary = data.Answers.AreMany ? AnswerFindings.BinaryName(data.Answers.Positive) : null;
        MetricReport Evaluated(Predictions of) => Bootstrap.Evaluate(of, seed, resamples, ct) with { Binary = binary };
        DifferenceReport Against(Predictions other) => Bootstrap.Compare(rows, other, seed, resamples, ct) with { Binary = binary };
        var metrics = Evaluated(rows);
        var againstChampion = said.Champion is null ? null : Against(said.Champion);
        var allAnswers = ManyAnswers.Of(data.Answers, data.Training, data.Test, said.Model.Said, said.ChampionSaid, seed, resamples, ct);
        var fairness = PruningEffect.FairnessOf(data, probabilities, seed, resamples, ct);
        var drift = Drift.Measure(data.Encoding, data.Test, ct);
        var classes = PruningEffect.Classes(data, probabilities, said.ScorecardProbabilities, allAnswers?.Model);
        var scoreDrift = PruningEffect.ScoreDrift(
            said.Model.Scored, said.Model.Probabilities, said.Scorecard.Predict(data.Encoding, data.Reference), said.ScorecardProbabilities);
        var leaks = data.Leaks();
        var figures = new GateFigures(metrics, againstChampion, fairness, drift)
        {
            ChampionFault = said.ChampionFault,
            NotNumbers = NotNumbers.In(data.Test, said.Model.Probabilities),
            Leaks = leaks,
            Classes = classes,
            AllAnswers = allAnswers,
            ScoreDrift = scoreDrift.FirstOrDefault(d => d.Field == "model"),
        };
        var gates = Gates.Check(figures, options);
        return new EvaluationReport(
            metrics, Evaluated(scorecardRows), Evaluated(Predictions.Of([.. data.Test.Select(_ => majority)], data.TestPositive)),
            Against(scorecardRows), againstChampion, said.Scorecard.C, fairness, drift, gates,
            [.. gates.Where(g => g.Verdict == GateVerdict.Failed).Select(g => $"{g.Gate}: {g.Figures}")],
            data.Training.Count, data.TrainingPositive.Count(p => p), data.Kept.Count,
            data.Training.Where((s, i) => data.TrainingPositive[i] && data.Kept.ContainsKey(s.Id)).Count(),
            origin.AdapterUri, origin.Lineage, origin.Notes)
        {
            AllAnswers = allAnswers,
            Curves = ModelCurves.Of(rows),
            ScorecardCurves = ModelCurves.Of(scorecardRows),
            ScoreDrift = scoreDrift,
            Classes = classes,
            Selection = PruningEffect.Shares(data),
            ScorecardFairness = PruningEffect.FairnessOf(data, said.ScorecardProbabilities, seed, resamples, ct),
            Leaks = leaks,
            Failures = Gates.Failures(gates),
        };
    }
}

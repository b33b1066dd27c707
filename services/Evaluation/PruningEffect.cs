using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Metrics;

namespace ZiGong.Evaluation;

/// <summary>What an evaluation says beside the metrics: classes, shares, fairness, drift of the score. Pure functions of data and probabilities.</summary>
public static class PruningEffect
{
    /// <summary>Per class, in the order of the allowed answers.</summary>
    /// <param name="data">Sides and answers.</param>
    /// <param name="model">P(positive) of each test sample.</param>
    /// <param name="scorecard">The same by the scorecard.</param>
    /// <param name="all">
    /// Of three or more answers the model's figures over all of them: its recall of an answer is the share that is given it. The scorecard then only tells the
    /// bad outcome from the rest, and has a recall of that alone. Null of two.
    /// </param>
    public static IReadOnlyList<ClassEffect> Classes(EvaluationData data, IReadOnlyList<double> model, IReadOnlyList<double> scorecard, AllAnswers? all = null)
    {
        var shares = SelectionEffect.Of("class", Rows(data, s => s.Answer), data.Descriptor.Answer.Allowed);
        return [.. shares.Select(share =>
        {
            int[] test = [.. Enumerable.Range(0, data.Test.Count).Where(i => data.Test[i].Answer == share.Value)];
            var isPositive = share.Value == data.Descriptor.Answer.Positive;
            Interval? Recall(IReadOnlyList<double> probabilities) => SelectionEffect.Recall([.. test.Select(i => probabilities[i])], isPositive);
            return new ClassEffect(
                share.Value, share.Training, share.Kept, share.Top, test.Length,
                all is null ? Recall(model) : all.Answers.First(a => a.Answer == share.Value).Recall,
                all is null || isPositive ? Recall(scorecard) : null);
        })];
    }

    /// <summary>Shares by class, by period, and by group of each protected field.</summary>
    public static IReadOnlyList<SelectionShare> Shares(EvaluationData data)
    {
        var places = data.Training.Select((s, i) => (s.Id, i)).ToDictionary(p => p.Id, p => p.i, StringComparer.Ordinal);
        return
        [
            .. SelectionEffect.Of("class", Rows(data, s => s.Answer), data.Descriptor.Answer.Allowed),
            .. SelectionEffect.Of("period", Rows(data, s => NameOf(data, data.PeriodOf[places[s.Id]])), data.Periods),
            .. Protected(data).SelectMany(f => SelectionEffect.Of(f.Name, Rows(data, s => EvaluationData.GroupOf(f, s)))),
        ];
    }

    /// <summary>Fairness on the test side, per protected field.</summary>
    public static IReadOnlyList<FairnessReport> FairnessOf(
        EvaluationData data, IReadOnlyList<double> probabilities, ulong seed, int resamples, CancellationToken ct = default) =>
        [.. Protected(data).Select(field => Fairness.Measure(
            field.Name, [.. data.Test.Select(s => EvaluationData.GroupOf(field, s))], probabilities, data.TestPositive, seed, resamples, ct))];

    /// <summary>PSI of the scores of model and scorecard; a model without any number on a side has none.</summary>
    public static IReadOnlyList<FieldDrift> ScoreDrift(
        IReadOnlyList<double> modelReference, IReadOnlyList<double> modelTest, IReadOnlyList<double> scorecardReference, IReadOnlyList<double> scorecardTest)
    {
        double[] expected = [.. modelReference.Where(double.IsFinite)], actual = [.. modelTest.Where(double.IsFinite)];
        return
        [
            .. expected.Length > 0 && actual.Length > 0 ? [Drift.OfScores("model", expected, actual)] : (FieldDrift[])[],
            .. scorecardReference.Count > 0 ? [Drift.OfScores("scorecard", scorecardReference, scorecardTest)] : (FieldDrift[])[],
        ];
    }

    private static IEnumerable<FieldDescriptor> Protected(EvaluationData data) => data.Descriptor.Fields.Where(f => f.Protected);

    private static string NameOf(EvaluationData data, int period) => period >= 0 && period < data.Periods.Count ? data.Periods[period] : $"part {period + 1}";

    private static IEnumerable<SelectedRow> Rows(EvaluationData data, Func<Sample, string> part) => data.Training.Select((s, i) =>
        data.Kept.TryGetValue(s.Id, out var reason)
            ? new SelectedRow(part(s), data.TrainingPositive[i], Kept: true, Top: reason == "top")
            : new SelectedRow(part(s), data.TrainingPositive[i], Kept: false, Top: false));
}

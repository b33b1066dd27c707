namespace ZiGong.Credit.Metrics;

/// <summary>How one of several answers is found. All of it counts every other answer as wrong, whichever it is.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Test">Test samples whose true answer it is.</param>
/// <param name="Said">Test samples of which it was said.</param>
/// <param name="Recall">Share of the first that are among the second, with its 95 % score interval; null where there are none.</param>
/// <param name="Precision">Share of the second that are among the first, with its 95 % score interval; null where it was never said.</param>
/// <param name="F1">2 right / (truly it + said it); 0 where it was neither.</param>
public sealed record AnswerFigures(string Answer, int Test, int Said, Interval? Recall, Interval? Precision, Interval F1);

/// <summary>Figures over all of three or more answers, where KS, AUC and the others of <see cref="Metric"/> tell one of them from the rest.</summary>
/// <param name="N">Test samples.</param>
/// <param name="Answers">Figures of each allowed answer, in their order.</param>
/// <param name="Confusion">Samples by true answer, then by the answer that was said, both in that order.</param>
/// <param name="Accuracy">Share of samples with the true answer.</param>
/// <param name="MacroF1">Mean F1 of the answers that were true or said at least once.</param>
/// <param name="Mcc">Matthews correlation of several classes (Gorodkin, 2004); 0 where its denominator is.</param>
public sealed record AllAnswers(
    int N, IReadOnlyList<AnswerFigures> Answers, IReadOnlyList<IReadOnlyList<int>> Confusion, Interval Accuracy, Interval MacroF1, Interval Mcc)
{
    /// <summary>Why the figures have no bootstrap intervals; null where they have.</summary>
    public string? WithoutIntervals => FewRows.WhyNone(Answers);
}

/// <summary>Paired differences over all answers, first minus second.</summary>
public sealed record AnswerDifferences(int N, Difference Accuracy, Difference MacroF1, Difference Mcc);

/// <summary>What an evaluation found over all of three or more answers.</summary>
/// <param name="Model">The tuned model.</param>
/// <param name="Usual">Always the most frequent answer of the training side, on the same samples.</param>
/// <param name="UsualAnswer">That answer.</param>
/// <param name="AgainstUsual">Model minus that.</param>
/// <param name="AgainstChampion">Model minus champion; null without one that can be compared with.</param>
public sealed record AnswerFindings(
    AllAnswers Model, AllAnswers Usual, string UsualAnswer, AnswerDifferences AgainstUsual, AnswerDifferences? AgainstChampion)
{
    /// <summary>What the figures of <see cref="Metric"/> are called beside these.</summary>
    /// <param name="positive">The bad outcome.</param>
    public static string BinaryName(string positive) => $"'{positive}' against the rest";
}

using ZiGong.Credit;
using ZiGong.Credit.Metrics;
using ZiGong.Evaluation.Generative;

namespace ZiGong.Evaluation;

/// <summary>
/// The figures over all answers, where a task allows three or more. The bad outcome against the rest says nothing of them: a model that never gives two of
/// three answers can find the third, and one that always gives the most frequent answer is mostly right.
/// </summary>
public static class ManyAnswers
{
    /// <param name="answers">The allowed answers.</param>
    /// <param name="training">Gives the most frequent answer.</param>
    /// <param name="test">The samples that were asked.</param>
    /// <param name="said">Place of the model's answer to each; where it is no number the most frequent answer stands for it, and gate finite rejects.</param>
    /// <param name="champion">Place of the champion's answer to each; null without one that can be compared with.</param>
    /// <param name="seed">Draws the resamples.</param>
    /// <param name="resamples">Bootstrap resamples.</param>
    /// <param name="ct">Ends the resampling.</param>
    /// <returns>Null of two answers.</returns>
    public static AnswerFindings? Of(
        AnswerSet answers, IReadOnlyList<Sample> training, IReadOnlyList<Sample> test, IReadOnlyList<int> said, IReadOnlyList<int>? champion,
        ulong seed, int resamples, CancellationToken ct)
    {
        if (!answers.AreMany)
        {
            return null;
        }

        var usual = GenerativeEvaluation.MostFrequent(training);
        var place = answers.PlaceOf(usual);
        int[] truth = [.. test.Select(s => answers.PlaceOf(s.Answer))];
        AnsweredRows Rows(IEnumerable<int> places) => new(answers.Allowed, truth, [.. places.Select(p => p < 0 ? place : p)]);
        var (model, always) = (Rows(said), Rows(truth.Select(_ => place)));
        return new AnswerFindings(
            AnswerBootstrap.Evaluate(model, seed, resamples, ct),
            AnswerBootstrap.Evaluate(always, seed, resamples, ct),
            usual,
            AnswerBootstrap.Compare(model, always, seed, resamples, ct),
            champion is null ? null : AnswerBootstrap.Compare(model, Rows(champion), seed, resamples, ct));
    }
}

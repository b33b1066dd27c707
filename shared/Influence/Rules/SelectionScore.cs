using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Splits;

namespace ZiGong.Influence.Rules;

/// <summary>What samples are ranked by; influence, or one of the baselines that experiments compare it with.</summary>
public static class SelectionScore
{
    /// <param name="influence">The sample's TracSeq score.</param>
    /// <param name="losses">The sample's loss at each checkpoint, the last one last.</param>
    /// <returns>Higher ranks first: influence, nats per answer token, or months.</returns>
    /// <exception cref="InputException">The sample has no time, which Newest needs.</exception>
    public static double Of(SelectionBasis by, Sample sample, double influence, IReadOnlyList<double> losses) => by switch
    {
        SelectionBasis.Loss => losses[^1],
        SelectionBasis.Newest => sample.ObservedAt is { } time
            ? SplitTime.Months(time)
            : throw new InputException(
                $"sample {sample.Id} has no observed_at, which Selection:By=Newest needs: select by Influence or Loss, or give the descriptor a time column"),
        _ => influence,
    };
}

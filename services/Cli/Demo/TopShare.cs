using ZiGong.Reports.Scores;

namespace ZiGong.Cli.Demo;

/// <summary>Bads among the samples kept for their score, beside the base rate.</summary>
/// <param name="Positive">The answer that stands for the bad outcome.</param>
/// <param name="InTop">Among the kept; quotas per class hold it at the base rate.</param>
/// <param name="ByScoreAlone">Among as many of the highest scores, whatever their class.</param>
public sealed record TopShare(string Positive, int Top, double InTop, double ByScoreAlone, int Training, double InTraining)
{
    public static TopShare Of(IReadOnlyList<ScoredSample> samples, string positive)
    {
        var top = samples.Where(s => s.Reason == "top").ToList();
        return new TopShare(
            positive, top.Count, Share(top, positive), Share([.. samples.OrderByDescending(s => s.Score).Take(top.Count)], positive), samples.Count,
            Share(samples, positive));
    }

    private static double Share(IReadOnlyList<ScoredSample> samples, string positive) =>
        samples.Count == 0 ? double.NaN : samples.Count(s => s.Sample.Answer == positive) / (double)samples.Count;
}

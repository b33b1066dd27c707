using ZiGong.Cli.Scores;

namespace ZiGong.Cli.Demo;

/// <summary>Bads among the samples kept for their score, beside the base rate.</summary>
/// <param name="Positive">The answer that stands for the bad outcome.</param>
public sealed record TopShare(string Positive, int Top, double InTop, int Training, double InTraining)
{
    public static TopShare Of(IReadOnlyList<ScoredSample> samples, string positive)
    {
        var top = samples.Where(s => s.Reason == "top").ToList();
        return new TopShare(positive, top.Count, Share(top, positive), samples.Count, Share(samples, positive));
    }

    private static double Share(IReadOnlyList<ScoredSample> samples, string positive) =>
        samples.Count == 0 ? double.NaN : samples.Count(s => s.Sample.Answer == positive) / (double)samples.Count;
}

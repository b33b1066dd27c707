using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Influence;

namespace ZiGong.Reports.Scores;

/// <summary>A training sample with all that the run found out about it.</summary>
/// <param name="Score">TracSeq: positive means that training on it lowers the reference loss.</param>
/// <param name="Partials">Partial score per checkpoint, without decay.</param>
/// <param name="Losses">Loss per checkpoint, in nats per answer token.</param>
/// <param name="Rank">Place in the selection; null where it was not kept.</param>
/// <param name="Reason">top, random or class-guard; null where it was not kept.</param>
public sealed record ScoredSample(Sample Sample, double Score, IReadOnlyList<double> Partials, IReadOnlyList<double> Losses, int? Rank, string? Reason);

/// <summary>The scores of the samples with one recorded answer.</summary>
/// <param name="Positive">Samples with a score above 0.</param>
/// <param name="Negative">Samples with a score below 0.</param>
/// <param name="Top">Samples kept for their score.</param>
public sealed record ClassScores(string Answer, int Samples, int Positive, int Negative, int Top)
{
    /// <param name="classOf">The class of a sample; without it every answer is one.</param>
    public static IReadOnlyList<ClassScores> Of(IEnumerable<ScoredSample> samples, Func<Sample, string>? classOf = null) =>
    [
        .. samples.GroupBy(s => classOf?.Invoke(s.Sample) ?? s.Sample.Answer).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => new ClassScores(g.Key, g.Count(), g.Count(s => s.Score > 0), g.Count(s => s.Score < 0), g.Count(s => s.Reason == "top"))),
    ];
}

/// <summary>The scores of a run.</summary>
/// <param name="Weights">Weight γ^(T − t_i) of each checkpoint.</param>
/// <param name="Notes">What combining the partial scores had to say.</param>
public sealed record ScoredRun(IReadOnlyList<ScoredSample> Samples, IReadOnlyList<CheckpointWeight> Weights, IReadOnlyList<string> Notes)
{
    /// <summary>How answers are classed; null: every answer is a class.</summary>
    public Func<Sample, string>? ClassOf { get; init; }

    /// <summary>By recorded answer; free texts are one class.</summary>
    public IReadOnlyList<ClassScores> Classes => ClassScores.Of(Samples, ClassOf);

    /// <summary>The <paramref name="count"/> highest (or lowest) scores, the most extreme first; ties by id.</summary>
    public IReadOnlyList<ScoredSample> Extremes(int count, bool highest) =>
        [.. (highest ? Samples.OrderByDescending(s => s.Score) : Samples.OrderBy(s => s.Score)).ThenBy(s => s.Sample.Id, StringComparer.Ordinal).Take(count)];
}

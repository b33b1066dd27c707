using ZiGong.Contracts;
using ZiGong.Credit.Metrics;

namespace ZiGong.Evaluation.Generative;

/// <summary>The difference of two models' mean token F1 on the same samples, with its paired bootstrap interval where there are enough.</summary>
public static class PairedF1
{
    // Two-sided 5 % and power 80 %, as in Bootstrap.
    private const double DetectableErrors = 1.959964 + 0.841621;

    /// <exception cref="ArgumentException">The two do not hold the same samples in the same order.</exception>
    public static Difference Of(
        IReadOnlyList<GenerativeAnswer> first, IReadOnlyList<GenerativeAnswer> second, ulong seed, int resamples, CancellationToken ct = default)
    {
        if (!first.Select(a => a.Id).SequenceEqual(second.Select(a => a.Id), StringComparer.Ordinal))
        {
            throw new ArgumentException($"paired comparison needs the same samples: {first.Count} and {second.Count} answers, or their ids differ");
        }

        double[] gaps = [.. first.Zip(second, (a, b) => GenerativeText.TokenF1(a.Answer, a.Truth) - GenerativeText.TokenF1(b.Answer, b.Truth))];
        if (FewRows.WhyNone(gaps.Length) is not null)
        {
            return Difference.Alone(gaps.Average());
        }

        var random = SeededRandom.Stream(seed, "paired f1");
        var drawn = new double[resamples];
        for (var r = 0; r < resamples; r++)
        {
            ct.ThrowIfCancellationRequested();
            var sum = 0.0;
            for (var i = 0; i < gaps.Length; i++)
            {
                sum += gaps[random.NextInt(gaps.Length)];
            }

            drawn[r] = sum / gaps.Length;
        }

        var (lower, upper) = Quantiles.Central95(drawn);
        return new Difference(gaps.Average(), lower, upper, DetectableErrors * Quantiles.StandardDeviation(drawn));
    }
}

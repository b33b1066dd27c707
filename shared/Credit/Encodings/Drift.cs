using MathNet.Numerics.Distributions;
using ZiGong.Contracts;

namespace ZiGong.Credit.Encodings;

/// <summary>Population stability of one field, or of a model's score.</summary>
/// <param name="Field">Name of the field.</param>
/// <param name="Psi">Σ (a − e) · ln(a / e) over the bins, shares floored at 1e-4.</param>
/// <param name="Noise">What unchanged data would give on average where no bin is rare: (B − 1)(1/n + 1/m) with B non-empty bins.</param>
/// <param name="NoiseLimit">
/// What unchanged data of these sizes and with these rare bins stay below with 95 % in all fields together; null in reports made before it was kept.
/// </param>
public sealed record FieldDrift(string Field, double Psi, double Noise, double? NoiseLimit = null)
{
    /// <summary>The usual limit for a major shift.</summary>
    public const double MajorShift = 0.25;

    /// <summary>Above the usual limit for a major shift (0.25) and not explained by few rows: a new full run is recommended.</summary>
    public bool Alarm => Exceeds(MajorShift);

    /// <summary>Above the limit, and above what chance explains.</summary>
    public bool Exceeds(double limit) => Psi > limit && Psi > (NoiseLimit ?? 2 * Noise);
}

/// <summary>Population stability index (Siddiqi, 2006) of new samples against those an encoding was fitted on.</summary>
public static class Drift
{
    private const double SmallestShare = 1e-4;
    private const int NoiseDraws = 200;
    private const double FalseAlarms = 0.05; // in all fields together

    /// <summary>Per field, in prompt order; bins for missing and unseen values take part.</summary>
    /// <exception cref="ArgumentException">No samples.</exception>
    public static IReadOnlyList<FieldDrift> Measure(SampleEncoding encoding, IEnumerable<Sample> samples, CancellationToken ct = default)
    {
        int[][] counts = [.. encoding.Fields.Select(f => new int[f.Size])];
        foreach (var sample in samples)
        {
            for (var f = 0; f < counts.Length; f++)
            {
                counts[f][encoding.Fields[f].Bin(sample)]++;
            }
        }

        return [.. encoding.Fields.Select((field, f) =>
        {
            ct.ThrowIfCancellationRequested();
            return Of(field.Name, [.. field.Counts], counts[f], encoding.Fields.Count);
        })];
    }

    /// <summary>
    /// Of a model's score: bins are the tenths of the expected scores (fewer where many are equal), so that any monotone change of both sides
    /// gives the same figure.
    /// </summary>
    /// <param name="name">Whose score.</param>
    /// <param name="expected">Scores on the reference side.</param>
    /// <param name="actual">Scores on the test side.</param>
    /// <param name="fields">How many figures are looked at together; the chance of a false alarm is shared among them.</param>
    /// <exception cref="ArgumentException">Nothing on a side.</exception>
    public static FieldDrift OfScores(string name, IReadOnlyList<double> expected, IReadOnlyList<double> actual, int fields = 1)
    {
        double[] sorted = [.. expected.Order()];
        double[] edges = [.. Enumerable.Range(1, 9).Where(_ => sorted.Length > 0).Select(t => sorted[t * sorted.Length / 10]).Distinct()];
        int[] Count(IReadOnlyList<double> scores)
        {
            var counts = new int[edges.Length + 1];
            foreach (var score in scores)
            {
                var place = Array.BinarySearch(edges, score);
                counts[place >= 0 ? place + 1 : ~place]++;
            }

            return counts;
        }

        return Of(name, Count(expected), Count(actual), fields);
    }

    /// <summary>One field from its counts per bin.</summary>
    /// <param name="field">Name of the field.</param>
    /// <param name="expected">Counts the encoding was fitted on.</param>
    /// <param name="actual">Counts of the new samples.</param>
    /// <param name="fields">How many fields are looked at together; the chance of a false alarm is shared among them.</param>
    /// <exception cref="ArgumentException">Nothing on a side.</exception>
    public static FieldDrift Of(string field, ReadOnlySpan<int> expected, ReadOnlySpan<int> actual, int fields = 1)
    {
        var (n, m) = (Sum(expected), Sum(actual));
        if (n == 0 || m == 0)
        {
            throw new ArgumentException($"drift of {field} needs samples on both sides, got {n} and {m}");
        }

        var occupied = 0;
        for (var b = 0; b < expected.Length; b++)
        {
            occupied += expected[b] + actual[b] > 0 ? 1 : 0;
        }

        return new FieldDrift(
            field, Psi(expected, actual), (occupied - 1) * ((1.0 / n) + (1.0 / m)), NoiseLimit(field, expected, actual, FalseAlarms / fields));
    }

    /// <summary>
    /// Quantile 1 − <paramref name="share"/> of the PSI when both sides come from one population: the rows of both are dealt out anew, 200
    /// times, to sides of the same sizes. A gamma distribution with the mean and variance of these (for bins that are not rare the PSI is a
    /// multiple of χ²: Yurdakul, 2018) gives the quantile, which 200 draws alone could not.
    /// </summary>
    private static double NoiseLimit(string field, ReadOnlySpan<int> expected, ReadOnlySpan<int> actual, double share)
    {
        var pooled = new int[Sum(expected) + Sum(actual)];
        var filled = 0;
        for (var b = 0; b < expected.Length; b++)
        {
            pooled.AsSpan(filled, expected[b] + actual[b]).Fill(b);
            filled += expected[b] + actual[b];
        }

        var smaller = Math.Min(Sum(expected), Sum(actual));
        var random = SeededRandom.Stream(0, "psi noise", field);
        var few = new int[expected.Length];
        var rest = new int[expected.Length];
        double sum = 0, squares = 0;
        for (var draw = 0; draw < NoiseDraws; draw++)
        {
            Array.Clear(few);
            for (var i = 0; i < smaller; i++)
            {
                var other = i + random.NextInt(pooled.Length - i);
                (pooled[i], pooled[other]) = (pooled[other], pooled[i]);
                few[pooled[i]]++;
            }

            for (var b = 0; b < rest.Length; b++)
            {
                rest[b] = expected[b] + actual[b] - few[b];
            }

            var psi = Psi(rest, few);
            sum += psi;
            squares += psi * psi;
        }

        var mean = sum / NoiseDraws;
        var variance = Math.Max(0, (squares / NoiseDraws) - (mean * mean));
        return variance < 1e-15 ? mean : Gamma.InvCDF(mean * mean / variance, mean / variance, 1 - share);
    }

    private static double Psi(ReadOnlySpan<int> expected, ReadOnlySpan<int> actual)
    {
        double n = Sum(expected), m = Sum(actual), psi = 0;
        for (var b = 0; b < expected.Length; b++)
        {
            var e = Math.Max(expected[b] / n, SmallestShare);
            var a = Math.Max(actual[b] / m, SmallestShare);
            psi += (a - e) * Math.Log(a / e);
        }

        return psi;
    }

    private static int Sum(ReadOnlySpan<int> counts)
    {
        var sum = 0;
        foreach (var count in counts)
        {
            sum += count;
        }

        return sum;
    }
}

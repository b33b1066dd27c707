namespace ZiGong.Credit.Encodings;

/// <summary>Population stability of one field.</summary>
/// <param name="Field">Name of the field.</param>
/// <param name="Psi">Σ (a − e) · ln(a / e) over the bins, shares floored at 1e-4.</param>
/// <param name="Noise">What unchanged data would give on average: (B − 1)(1/n + 1/m) with B non-empty bins.</param>
public sealed record FieldDrift(string Field, double Psi, double Noise)
{
    /// <summary>Above the usual limit for a major shift (0.25) and not explained by few rows: a new full run is recommended.</summary>
    public bool Alarm => Psi > 0.25 && Psi > 2 * Noise;
}

/// <summary>Population stability index (Siddiqi, 2006) of new samples against those an encoding was fitted on.</summary>
public static class Drift
{
    private const double SmallestShare = 1e-4;

    /// <summary>Per field, in prompt order; bins for missing and unseen values take part.</summary>
    /// <exception cref="ArgumentException">No samples.</exception>
    public static IReadOnlyList<FieldDrift> Measure(SampleEncoding encoding, IEnumerable<Sample> samples)
    {
        int[][] counts = [.. encoding.Fields.Select(f => new int[f.Size])];
        foreach (var sample in samples)
        {
            for (var f = 0; f < counts.Length; f++)
            {
                counts[f][encoding.Fields[f].Bin(sample)]++;
            }
        }

        return [.. encoding.Fields.Select((field, f) => Of(field.Name, [.. field.Counts], counts[f]))];
    }

    /// <summary>One field from its counts per bin.</summary>
    public static FieldDrift Of(string field, ReadOnlySpan<int> expected, ReadOnlySpan<int> actual)
    {
        long n = 0, m = 0;
        var occupied = 0;
        for (var b = 0; b < expected.Length; b++)
        {
            n += expected[b];
            m += actual[b];
            occupied += expected[b] + actual[b] > 0 ? 1 : 0;
        }

        if (n == 0 || m == 0)
        {
            throw new ArgumentException($"drift of {field} needs samples on both sides, got {n} and {m}");
        }

        double psi = 0;
        for (var b = 0; b < expected.Length; b++)
        {
            var e = Math.Max(expected[b] / (double)n, SmallestShare);
            var a = Math.Max(actual[b] / (double)m, SmallestShare);
            psi += (a - e) * Math.Log(a / e);
        }

        return new FieldDrift(field, psi, (occupied - 1) * ((1.0 / n) + (1.0 / m)));
    }
}

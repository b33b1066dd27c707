using ZiGong.Contracts;

namespace ZiGong.Credit.Metrics;

/// <summary>
/// One model's predictions on labelled rows, held in the order of falling probability, so that every metric of any
/// resample is one pass over how often each row was drawn: nothing is ever sorted again.
/// </summary>
public sealed class Predictions
{
    /// <summary>What a free generation amounted to.</summary>
    public enum Generated
    {
        Miss,
        Wrong,
        Right,
    }

    private readonly double[] _probabilities; // falling
    private readonly bool[] _positive;
    private readonly Generated[]? _generated;

    private Predictions(double[] probabilities, bool[] positive, Generated[]? generated, int[] order)
    {
        _probabilities = probabilities;
        _positive = positive;
        _generated = generated;
        Order = order;
        Positives = positive.Count(p => p);
    }

    public int Count => _probabilities.Length;

    public int Positives { get; }

    /// <summary>The probabilities, falling.</summary>
    public ReadOnlySpan<double> Probabilities => _probabilities;

    /// <summary>Whether each row is truly positive, in the order of <see cref="Probabilities"/>.</summary>
    public ReadOnlySpan<bool> Positive => _positive;

    /// <summary>What each row's generation amounted to, in the same order; empty where nothing was generated.</summary>
    public ReadOnlySpan<Generated> Generations => _generated;

    /// <summary>Place in the caller's order of the row that stands here.</summary>
    internal int[] Order { get; }

    /// <param name="probabilities">P(positive) of each row, in [0, 1].</param>
    /// <param name="positive">Whether the row's true answer is the bad outcome.</param>
    /// <param name="generated">What the row's free generation amounted to; null where nothing was generated.</param>
    /// <exception cref="InputException">No rows, or only one class: KS and AUC do not exist then.</exception>
    /// <exception cref="ArgumentException">Lengths differ, or a probability is NaN or outside [0, 1].</exception>
    public static Predictions Of(IReadOnlyList<double> probabilities, IReadOnlyList<bool> positive, IReadOnlyList<Generated>? generated = null)
    {
        var n = probabilities.Count;
        if (positive.Count != n || (generated is not null && generated.Count != n))
        {
            throw new ArgumentException($"{n} probabilities, {positive.Count} labels and {generated?.Count ?? n} generations do not match");
        }

        for (var i = 0; i < n; i++)
        {
            if (!(probabilities[i] is >= 0 and <= 1))
            {
                throw new ArgumentException($"the probability of row {i} is {probabilities[i]:R}, not in [0, 1]");
            }
        }

        var positives = positive.Count(p => p);
        if (positives == 0 || positives == n)
        {
            throw new InputException(
                $"the {n} rows to evaluate hold {positives} positive answers: KS and AUC need both classes; "
                + "use a larger test side or check the answer mapping");
        }

        var order = new int[n];
        var keys = new double[n];
        for (var i = 0; i < n; i++)
        {
            order[i] = i;
            keys[i] = -probabilities[i];
        }

        Array.Sort(keys, order);
        return new Predictions(
            Array.ConvertAll(order, i => probabilities[i]),
            Array.ConvertAll(order, i => positive[i]),
            generated is null ? null : Array.ConvertAll(order, i => generated[i]),
            order);
    }

    /// <summary>Every metric with each row counted once.</summary>
    public IReadOnlyDictionary<Metric, double> Measure()
    {
        var counts = new int[Count];
        Array.Fill(counts, 1);
        var values = new double[MetricPass.Size];
        new MetricPass(this).Run(counts, values);
        return Measured().ToDictionary(m => m, m => values[(int)m]);
    }

    /// <summary>The metrics these predictions have: all, or all but the generated ones.</summary>
    internal IEnumerable<Metric> Measured() =>
        Enum.GetValues<Metric>().Where(m => _generated is not null || m is not (Metric.Miss or Metric.AccGenerated));
}

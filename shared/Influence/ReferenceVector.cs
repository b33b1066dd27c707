using ZiGong.Contracts;
using ZiGong.Influence.Gradients;

namespace ZiGong.Influence;

/// <summary>
/// Gathers the reference gradients of one checkpoint and task into the one vector that training gradients are measured against
/// (tracseq.md, "Reference vector"). Sums are in double and in the order of the calls: add in a fixed order for identical bytes.
/// </summary>
public sealed class ReferenceVector
{
    private readonly string _task;
    private readonly ReferenceKind _kind;
    private readonly string[] _classes;
    private readonly double[][] _sums; // [class][dimension]
    private readonly int[] _counts;

    /// <param name="task">For messages.</param>
    /// <param name="classes">The task's allowed answers; every one must occur.</param>
    /// <param name="dimensions">Entries of a gradient.</param>
    /// <param name="kind">How gradients are averaged.</param>
    public ReferenceVector(string task, IReadOnlyList<string> classes, int dimensions, ReferenceKind kind = ReferenceKind.Normalised)
    {
        _task = task;
        _kind = kind;
        _classes = [.. classes];
        _sums = [.. classes.Select(_ => new double[dimensions])];
        _counts = new int[_classes.Length];
    }

    /// <summary>Samples gathered per class, in the order of the allowed answers.</summary>
    public IReadOnlyList<int> Counts => _counts;

    /// <param name="sampleId">For messages.</param>
    /// <param name="answer">The sample's class.</param>
    /// <param name="gradient">Its gradient, exact or sketched.</param>
    /// <param name="exactNorm">‖g‖ before sketching; null: that of <paramref name="gradient"/>.</param>
    /// <exception cref="NotFiniteNumberException">The gradient holds NaN or infinity; names the sample.</exception>
    /// <exception cref="ArgumentException">An answer that is not allowed, or a gradient of another size.</exception>
    public void Add(string sampleId, string answer, ReadOnlySpan<float> gradient, double? exactNorm = null)
    {
        var index = Array.IndexOf(_classes, answer);
        if (index < 0)
        {
            throw new ArgumentException($"reference sample {sampleId} of {_task}: \"{answer}\" is not one of {string.Join(", ", _classes)}");
        }

        var sum = _sums[index];
        if (gradient.Length != sum.Length)
        {
            throw new ArgumentException($"reference sample {sampleId} of {_task}: its gradient has {gradient.Length} entries, expected {sum.Length}");
        }

        var own = GradientRows.Norm(gradient);
        var norm = exactNorm ?? own;
        if (!double.IsFinite(own + norm))
        {
            throw new NotFiniteNumberException($"reference sample {sampleId} of {_task}: its gradient has the norm {own}");
        }

        // A gradient of exactly zero has no direction: it counts, but points nowhere.
        var scale = _kind == ReferenceKind.Mean || norm == 0 ? 1 : 1 / norm;
        for (var d = 0; d < sum.Length; d++)
        {
            sum[d] += scale * gradient[d];
        }

        _counts[index]++;
    }

    /// <summary>The reference vector.</summary>
    /// <exception cref="InputException">A class has no reference sample: influence would be measured against one side of the truth.</exception>
    public float[] Build()
    {
        string[] missing = [.. _classes.Where((_, c) => _counts[c] == 0)];
        if (missing.Length > 0)
        {
            throw new InputException(
                $"the reference set of {_task} holds no sample with answer {string.Join(" or ", missing)} " +
                $"({string.Join(", ", _classes.Select((c, i) => $"{c}: {_counts[i]}"))}): "
                + "widen the reference window (reference_months) or ingest more recent labels");
        }

        var vector = new float[_sums[0].Length];
        var total = _counts.Sum();
        for (var d = 0; d < vector.Length; d++)
        {
            double value = 0;
            for (var c = 0; c < _sums.Length; c++)
            {
                value += _sums[c][d] / (_kind == ReferenceKind.Mean ? total : (double)_counts[c] * _classes.Length);
            }

            vector[d] = (float)value;
        }

        return vector;
    }
}

namespace ZiGong.Credit.Metrics;

/// <summary>True and said answer of each row, as places among the allowed answers.</summary>
public sealed class AnsweredRows
{
    private readonly int[] _cells; // true · k + said
    private readonly bool[] _occurs; // by answer: true or said at least once

    /// <exception cref="ArgumentException">Lengths differ, there are no rows, or a place is none of an answer.</exception>
    public AnsweredRows(IReadOnlyList<string> answers, IReadOnlyList<int> truth, IReadOnlyList<int> said)
    {
        var k = answers.Count;
        if (truth.Count != said.Count || truth.Count == 0 || truth.Concat(said).Any(place => place < 0 || place >= k))
        {
            throw new ArgumentException($"{truth.Count} true and {said.Count} said answers among {k} are not one pair a row");
        }

        (Answers, Truth) = (answers, truth);
        _cells = [.. truth.Zip(said, (t, s) => (t * k) + s)];
        _occurs = [.. Enumerable.Range(0, k).Select(a => truth.Contains(a) || said.Contains(a))];
    }

    public IReadOnlyList<string> Answers { get; }

    public IReadOnlyList<int> Truth { get; }

    public int Count => _cells.Length;

    /// <summary>Rows by true, then said answer.</summary>
    public long[] Confusion()
    {
        var counts = new long[Answers.Count * Answers.Count];
        foreach (var cell in _cells)
        {
            counts[cell]++;
        }

        return counts;
    }

    /// <summary>The same of rows that were drawn.</summary>
    public void Confusion(ReadOnlySpan<int> drawn, Span<long> counts)
    {
        counts.Clear();
        foreach (var row in drawn)
        {
            counts[_cells[row]]++;
        }
    }

    /// <summary>Accuracy, macro F1, Matthews correlation, then F1 of each answer.</summary>
    public double[] Figures(ReadOnlySpan<long> confusion)
    {
        var k = Answers.Count;
        var (truly, said) = (new double[k], new double[k]);
        double rows = 0, right = 0;
        for (var t = 0; t < k; t++)
        {
            right += confusion[(t * k) + t];
            for (var s = 0; s < k; s++)
            {
                var count = confusion[(t * k) + s];
                (truly[t], said[s], rows) = (truly[t] + count, said[s] + count, rows + count);
            }
        }

        var f1 = new double[k];
        for (var a = 0; a < k; a++)
        {
            f1[a] = Ratio(2 * confusion[(a * k) + a], truly[a] + said[a]);
        }

        var macro = Enumerable.Range(0, k).Where(a => _occurs[a]).Average(a => f1[a]);
        return [right / rows, macro, Correlation(rows, right, truly, said), .. f1];
    }

    /// <summary>(c·s − Σ p t) / √((s² − Σ p²)(s² − Σ t²)) of s rows, c of them right, with p said and t true ones of each answer (Gorodkin, 2004).</summary>
    private static double Correlation(double rows, double right, double[] truly, double[] said)
    {
        var (together, saidSquared, trueSquared) = (0.0, 0.0, 0.0);
        for (var a = 0; a < truly.Length; a++)
        {
            together += said[a] * truly[a];
            saidSquared += said[a] * said[a];
            trueSquared += truly[a] * truly[a];
        }

        return Ratio((right * rows) - together, Math.Sqrt((rows * rows) - saidSquared) * Math.Sqrt((rows * rows) - trueSquared));
    }

    private static double Ratio(double numerator, double denominator) => denominator == 0 ? 0 : numerator / denominator;
}

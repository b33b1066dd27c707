using ZiGong.Contracts;

namespace ZiGong.Credit.Metrics;

/// <summary>Figures over all of several answers with 95 % percentile bootstrap intervals: rows drawn with replacement, seeded.</summary>
public static class AnswerBootstrap
{
    private const int Accuracy = 0;
    private const int MacroF1 = 1;
    private const int Mcc = 2;
    private const int First = 3; // F1 of the first answer

    /// <summary>Figures with their intervals; without them where rows of an answer are too few (<see cref="FewRows"/>).</summary>
    public static AllAnswers Evaluate(AnsweredRows rows, ulong seed, int resamples = Bootstrap.DefaultResamples, CancellationToken ct = default)
    {
        var k = rows.Answers.Count;
        var confusion = rows.Confusion();
        var values = rows.Figures(confusion);
        var figures = Enumerable.Range(0, k).Select(a => FiguresOf(rows.Answers[a], confusion, a, k)).ToArray();
        double[][]? drawn = FewRows.WhyNone(figures) is null ? Draw([rows], seed, resamples, ct)[0] : null;
        Interval At(int figure) => drawn is null ? Interval.Alone(values[figure]) : Quantiles.IntervalOf(values[figure], drawn[figure]);
        return new AllAnswers(
            rows.Count,
            [.. figures.Select((f, a) => f with { F1 = At(First + a) })],
            [.. confusion.Chunk(k).Select(row => (IReadOnlyList<int>)[.. row.Select(c => (int)c)])],
            At(Accuracy), At(MacroF1), At(Mcc));
    }

    /// <summary>Figures of <paramref name="first"/> minus those of <paramref name="second"/>; both see the same resamples.</summary>
    /// <exception cref="ArgumentException">The two do not hold the same true answers in the same order.</exception>
    public static AnswerDifferences Compare(
        AnsweredRows first, AnsweredRows second, ulong seed, int resamples = Bootstrap.DefaultResamples, CancellationToken ct = default)
    {
        if (!first.Truth.SequenceEqual(second.Truth))
        {
            throw new ArgumentException($"paired comparison needs the same rows: {first.Count} and {second.Count} rows, or their true answers differ");
        }

        var k = first.Answers.Count;
        var confusion = first.Confusion();
        var (one, other) = (first.Figures(confusion), second.Figures(second.Confusion()));
        var few = FewRows.WhyNone(Enumerable.Range(0, k).Select(a => FiguresOf(first.Answers[a], confusion, a, k)));
        double[][][]? drawn = few is null ? Draw([first, second], seed, resamples, ct) : null;
        Difference At(int figure) => drawn is null
            ? Difference.Alone(one[figure] - other[figure])
            : Quantiles.DifferenceOf(one[figure] - other[figure], [.. drawn[0][figure].Zip(drawn[1][figure], (x, y) => x - y)]);
        return new AnswerDifferences(first.Count, At(Accuracy), At(MacroF1), At(Mcc));
    }

    private static AnswerFigures FiguresOf(string answer, ReadOnlySpan<long> confusion, int place, int k)
    {
        var (test, said) = (0, 0);
        for (var other = 0; other < k; other++)
        {
            test += (int)confusion[(place * k) + other];
            said += (int)confusion[(other * k) + place];
        }

        var right = (int)confusion[(place * k) + place];
        return new AnswerFigures(answer, test, said, Proportion.Wilson(right, test), Proportion.Wilson(right, said), Interval.Alone(0));
    }

    /// <summary>Values by model, figure and resample.</summary>
    private static double[][][] Draw(AnsweredRows[] models, ulong seed, int resamples, CancellationToken ct)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(resamples);
        var random = SeededRandom.Stream(seed, "answers bootstrap");
        var (n, k) = (models[0].Count, models[0].Answers.Count);
        var results = Array.ConvertAll(models, _ => Enumerable.Range(0, First + k).Select(_ => new double[resamples]).ToArray());
        var drawn = new int[n];
        var counts = new long[k * k];
        for (var r = 0; r < resamples; r++)
        {
            ct.ThrowIfCancellationRequested();
            for (var i = 0; i < n; i++)
            {
                drawn[i] = random.NextInt(n);
            }

            for (var m = 0; m < models.Length; m++)
            {
                models[m].Confusion(drawn, counts);
                foreach (var (figure, value) in models[m].Figures(counts).Index())
                {
                    results[m][figure][r] = value;
                }
            }
        }

        return results;
    }
}

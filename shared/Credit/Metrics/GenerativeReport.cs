using ZiGong.Contracts;

namespace ZiGong.Credit.Metrics;

/// <summary>A free answer with what it is held against.</summary>
/// <param name="Id">Sample id.</param>
/// <param name="Input">All that the model was told.</param>
/// <param name="Truth">The true answer.</param>
/// <param name="Answer">What the model wrote.</param>
public sealed record GenerativeAnswer(string Id, string Input, string Truth, string Answer);

/// <summary>Quality of free answers; every figure with its 95 % bootstrap interval over answers, of which <see cref="FewRows"/> are too few.</summary>
/// <param name="N">Answers.</param>
/// <param name="ExactMatch">Share equal to the truth after normalisation.</param>
/// <param name="TokenF1">Mean token F1.</param>
/// <param name="HallucinationRate">Share of answers with at least one number or field name that the input does not contain.</param>
/// <param name="UnsupportedShare">Such numbers and field names as a share of all in the answers; 0 where there are none at all.</param>
/// <param name="Empty">Share of answers without any token.</param>
public sealed record GenerativeReport(int N, Interval ExactMatch, Interval TokenF1, Interval HallucinationRate, Interval UnsupportedShare, Interval Empty)
{
    /// <summary>Why the figures have no intervals; null where they have.</summary>
    public string? WithoutIntervals => FewRows.WhyNone(N);

    /// <param name="answers">At least one.</param>
    /// <param name="fields">Terms of the data set's fields; may be empty.</param>
    /// <param name="seed">Draws the resamples; equal seeds and numbers of answers give the same draws, so that models can be paired.</param>
    /// <param name="resamples">Bootstrap resamples.</param>
    /// <exception cref="InputException">No answers.</exception>
    public static GenerativeReport Of(
        IReadOnlyList<GenerativeAnswer> answers, IReadOnlyList<FieldTerms> fields, ulong seed, int resamples = Bootstrap.DefaultResamples,
        CancellationToken ct = default)
    {
        if (answers.Count == 0)
        {
            throw new InputException("there are no generated answers to measure: check that the test side holds samples of the task");
        }

        double[][] rows = [.. answers.Select(a => RowOf(a, fields))];
        if (FewRows.WhyNone(rows.Length) is not null)
        {
            Interval[] alone = [.. Figures(rows, Enumerable.Range(0, rows.Length)).Select(Interval.Alone)];
            return new GenerativeReport(rows.Length, alone[0], alone[1], alone[2], alone[3], alone[4]);
        }

        var drawn = Draw(rows, seed, resamples, ct);
        var measured = Figures(rows, Enumerable.Range(0, rows.Length));
        Interval At(int figure)
        {
            var (lower, upper) = Quantiles.Central95(drawn.Select(d => d[figure]));
            return new Interval(measured[figure], lower, upper);
        }

        return new GenerativeReport(answers.Count, At(0), At(1), At(2), At(3), At(4));
    }

    private static double[] RowOf(GenerativeAnswer answer, IReadOnlyList<FieldTerms> fields)
    {
        var finding = GenerativeFidelity.Check(answer.Answer, answer.Input, fields);
        return
        [
            GenerativeText.ExactMatch(answer.Answer, answer.Truth), GenerativeText.TokenF1(answer.Answer, answer.Truth), finding.Any ? 1 : 0,
            GenerativeText.Tokens(answer.Answer).Count == 0 ? 1 : 0, finding.Unsupported, finding.Mentions,
        ];
    }

    private static double[] Figures(double[][] rows, IEnumerable<int> drawn)
    {
        var sums = new double[6];
        var n = 0;
        foreach (var row in drawn)
        {
            for (var i = 0; i < sums.Length; i++)
            {
                sums[i] += rows[row][i];
            }

            n++;
        }

        return [sums[0] / n, sums[1] / n, sums[2] / n, sums[5] == 0 ? 0 : sums[4] / sums[5], sums[3] / n];
    }

    private static List<double[]> Draw(double[][] rows, ulong seed, int resamples, CancellationToken ct)
    {
        var random = SeededRandom.Stream(seed, "generative bootstrap");
        var drawn = new List<double[]>(resamples);
        for (var r = 0; r < resamples; r++)
        {
            ct.ThrowIfCancellationRequested();
            drawn.Add(Figures(rows, Enumerable.Range(0, rows.Length).Select(_ => random.NextInt(rows.Length))));
        }

        return drawn;
    }
}

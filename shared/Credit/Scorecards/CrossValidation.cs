namespace ZiGong.Credit.Scorecards;

/// <summary>What cross-validation chose.</summary>
/// <param name="C">The strength of the smallest log loss; of equally good ones the simpler.</param>
/// <param name="Start">Mean of the folds' parameters there: near those of all rows.</param>
/// <param name="LogLosses">Mean log loss outside the folds' training rows, of each strength tried.</param>
internal sealed record ChosenStrength(double C, double[] Start, IReadOnlyDictionary<double, double> LogLosses);

/// <summary>
/// Chooses the strength of a logistic regression's penalty: from the strongest to the weakest, each fold going on from its last parameters. It ends where the
/// log loss has grown by a tenth over the best, since weaker penalties only overfit more from there on, and cost the most.
/// </summary>
internal static class CrossValidation
{
    private const double Hopeless = 1.1;

    /// <summary>Largest gradient entry per row. It leaves the log loss exact to some 1e-7, and choosing takes no more.</summary>
    private const double Tolerance = 1e-7;

    /// <param name="rows">Active columns of each row.</param>
    /// <param name="positive">Label of each row.</param>
    /// <param name="fold">Fold of each row.</param>
    /// <param name="options">Strengths to choose from, and how many folds there are.</param>
    /// <param name="progress">Told the share that is done; below 1, since the fit on all rows follows.</param>
    /// <param name="ct">Ends the work.</param>
    public static ChosenStrength Choose(OneHotRows rows, bool[] positive, int[] fold, ScorecardOptions options, Action<double> progress, CancellationToken ct)
    {
        Part[] parts = [.. Enumerable.Range(0, options.Folds).Select(f => new Part(rows, positive, fold, f))];
        var losses = new Dictionary<double, double>();
        var best = (C: double.NaN, Loss: double.PositiveInfinity, Start: Array.Empty<double>());
        var (done, total) = (0, (options.Folds * options.Grid.Count) + 1);
        foreach (var c in options.Grid.Order())
        {
            var loss = 0.0;
            foreach (var part in parts)
            {
                loss += part.Advance(c, ct);
                progress(++done / (double)total);
            }

            losses[c] = loss / fold.Length;
            if (losses[c] < best.Loss)
            {
                best = (c, losses[c], Mean(parts));
            }

            if (losses[c] > Hopeless * best.Loss)
            {
                break;
            }
        }

        return new ChosenStrength(best.C, best.Start, losses);
    }

    private static double[] Mean(Part[] parts) => [.. parts[0].Parameters!.Select((_, j) => parts.Average(p => p.Parameters![j]))];

    /// <summary>A fold: what is fitted outside it, and held against its rows.</summary>
    private sealed class Part(OneHotRows rows, bool[] positive, int[] fold, int number)
    {
        private readonly int[] _inside = [.. Enumerable.Range(0, fold.Length).Where(i => fold[i] == number)];
        private readonly OneHotRows _train = rows.Take(Enumerable.Range(0, fold.Length).Where(i => fold[i] != number));
        private readonly bool[] _labels = [.. positive.Where((_, i) => fold[i] != number)];

        public double[]? Parameters { get; private set; }

        /// <returns>Sum of the log losses of the fold's rows.</returns>
        public double Advance(double c, CancellationToken ct)
        {
            var fit = Parameters = LogisticRegression.Fit(_train, _labels, c, Parameters, Tolerance, ct);
            return _inside.Sum(i => LogisticRegression.LogLoss(rows.Score(i, fit), positive[i]));
        }
    }
}

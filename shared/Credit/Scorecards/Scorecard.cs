using ZiGong.Contracts;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Metrics;

namespace ZiGong.Credit.Scorecards;

/// <summary>How the scorecard is fitted.</summary>
/// <param name="Grid">Inverse regularisation strengths to choose from.</param>
/// <param name="Folds">Folds of the cross-validation on the training side.</param>
public sealed record ScorecardOptions(IReadOnlyList<double> Grid, int Folds = 5)
{
    public static ScorecardOptions Default { get; } = new([0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3]);
}

/// <summary>
/// The baseline that lenders use: L2 logistic regression on the one-hot form of the encoding's bins, its strength chosen by
/// cross-validated log loss on the training side. The intercept is not regularised.
/// </summary>
/// <param name="Intercept">Log odds of a row without any weight.</param>
/// <param name="Weights">One per column of the layout.</param>
/// <param name="C">The chosen inverse strength: the fit minimises C · Σ log loss + ½‖w‖².</param>
/// <param name="LogLosses">Mean cross-validated log loss of each strength tried; see <see cref="CrossValidation"/>.</param>
public sealed record Scorecard(double Intercept, IReadOnlyList<double> Weights, double C, IReadOnlyDictionary<double, double> LogLosses)
{
    /// <summary>Fits on the training side; the true answers and bins come from the encoding.</summary>
    /// <param name="encoding">Gives bins and the bad outcome.</param>
    /// <param name="train">The training side.</param>
    /// <param name="seed">Deals the borrowers to folds.</param>
    /// <param name="options">Strengths and folds.</param>
    /// <param name="progress">Told the share that is done, from 0 to 1.</param>
    /// <param name="ct">Ends the fit within a pass over the rows.</param>
    /// <exception cref="InputException">The training side lacks a class.</exception>
    public static Scorecard Fit(
        SampleEncoding encoding, IReadOnlyList<Sample> train, ulong seed, ScorecardOptions? options = null, Action<double>? progress = null,
        CancellationToken ct = default) => Fit(
        new OneHotRows([.. train.Select(s => encoding.Layout.Active(encoding.Bin(s)))], encoding.Layout.Columns),
        [.. train.Select(encoding.IsPositive)],
        seed,
        options,
        [.. train.Select(s => s.Subject)],
        progress,
        ct);

    /// <param name="rows">Active columns of each row.</param>
    /// <param name="positive">Whether each row is truly bad.</param>
    /// <param name="seed">Deals the borrowers to folds.</param>
    /// <param name="options">Strengths and folds.</param>
    /// <param name="subjects">Borrower of each row: all rows of one are in one fold. Left out, every row has a borrower of its own.</param>
    /// <param name="progress">Told the share that is done, from 0 to 1.</param>
    /// <param name="ct">Ends the fit within a pass over the rows.</param>
    /// <exception cref="InputException">The training side lacks a class, has fewer rows of one than folds, or all rows of one are of one borrower.</exception>
    public static Scorecard Fit(
        OneHotRows rows, bool[] positive, ulong seed, ScorecardOptions? options = null, IReadOnlyList<string>? subjects = null,
        Action<double>? progress = null, CancellationToken ct = default)
    {
        options ??= ScorecardOptions.Default;
        var found = CrossValidation.Choose(rows, positive, StratifiedFolds(positive, subjects, options.Folds, seed), options, progress ?? (_ => { }), ct);
        var fit = LogisticRegression.Fit(rows, positive, found.C, found.Start, ct: ct);
        progress?.Invoke(1);
        return new Scorecard(fit[^1], fit[..^1], found.C, found.LogLosses);
    }

    /// <summary>P(positive) of the row with these active columns, on the <see cref="ScoreGrid"/>.</summary>
    public double Probability(ReadOnlySpan<int> active)
    {
        var z = Intercept;
        foreach (var column in active)
        {
            z += Weights[column];
        }

        return ScoreGrid.Probability(z);
    }

    /// <summary>P(positive) of each sample.</summary>
    public double[] Predict(SampleEncoding encoding, IEnumerable<Sample> samples) =>
        [.. samples.Select(s => Probability(encoding.Layout.Active(encoding.Bin(s))))];

    /// <summary>Whole borrowers at a time; one with a bad row counts as bad, so that the rarer class is spread over the folds.</summary>
    private static int[] StratifiedFolds(bool[] positive, IReadOnlyList<string>? subjects, int folds, ulong seed)
    {
        RequireRows(positive, folds);
        var random = SeededRandom.Stream(seed, "scorecard folds");
        var fold = new int[positive.Length];
        int[][] borrowers = subjects is null
            ? [.. Enumerable.Range(0, positive.Length).Select(i => new[] { i })]
            : [.. Enumerable.Range(0, positive.Length).GroupBy(i => subjects[i], StringComparer.Ordinal).Select(g => g.ToArray())]; // by first row
        foreach (var label in new[] { true, false })
        {
            int[][] members = [.. borrowers.Where(rows => rows.Any(i => positive[i]) == label)];
            random.Shuffle(members.AsSpan());
            for (var i = 0; i < members.Length; i++)
            {
                foreach (var row in members[i])
                {
                    fold[row] = i % folds;
                }
            }
        }

        RequireBothClassesOutside(fold, positive);
        return fold;
    }

    private static void RequireRows(bool[] positive, int folds)
    {
        foreach (var label in new[] { true, false })
        {
            var count = positive.Count(p => p == label);
            if (count < folds)
            {
                throw new InputException(
                    $"the training side holds {count} {(label ? "positive" : "negative")} of {positive.Length} samples, " +
                    $"a scorecard needs at least {folds} of each class: check the answer mapping and the training window");
            }
        }
    }

    // What is fitted outside a fold needs both classes: the intercept is not regularised.
    private static void RequireBothClassesOutside(int[] fold, bool[] positive)
    {
        foreach (var label in new[] { true, false })
        {
            if (fold.Where((_, i) => positive[i] == label).Distinct().Count() < 2)
            {
                throw new InputException(
                    $"all {(label ? "positive" : "negative")} samples of the training side are of one borrower or of so few that one fold of the "
                    + "cross-validation holds them all: "
                    + "a scorecard needs both classes without them; check the descriptor's subject and the training window");
            }
        }
    }
}

/// <summary>The simplest baseline: everyone gets the training side's share of bads, so always the more frequent class.</summary>
public static class MajorityClass
{
    /// <exception cref="InputException">No training samples.</exception>
    public static double Probability(IReadOnlyCollection<bool> trainPositive) => trainPositive.Count > 0
        ? trainPositive.Count(p => p) / (double)trainPositive.Count
        : throw new InputException("the training side is empty: there is no majority class");
}

using ZiGong.Credit.Metrics;

namespace ZiGong.Influence.Fidelity;

/// <summary>
/// How well "lowest score first" finds wrong labels, on rows of which each counts so many times: AUC over all samples (one half is chance), AUC within
/// each recorded answer, where class alone cannot help, and the share of the wrong labels among the inspected.
/// </summary>
public sealed class FlipRanking
{
    private readonly int[] _order; // lowest score first; ties in the order given
    private readonly IReadOnlyList<double> _scores;
    private readonly IReadOnlyList<bool> _flipped;
    private readonly int[] _class;
    private readonly double _inspected;

    /// <param name="scores">Lowest is inspected first; ties in the order given.</param>
    /// <param name="answers">The recorded answers.</param>
    /// <param name="flipped">Which of them are wrong.</param>
    /// <param name="inspected">Share of the samples that are looked at, rounded to a whole number of them.</param>
    /// <exception cref="ArgumentException">A score is not a number.</exception>
    public FlipRanking(IReadOnlyList<double> scores, IReadOnlyList<string> answers, IReadOnlyList<bool> flipped, double inspected)
    {
        if (scores.Any(double.IsNaN))
        {
            throw new ArgumentException("a score is not a number", nameof(scores));
        }

        (_scores, _flipped, _inspected) = (scores, flipped, inspected);
        _order = [.. Enumerable.Range(0, scores.Count).OrderBy(i => scores[i])];
        string[] classes = [.. answers.Distinct().Order(StringComparer.Ordinal)];
        Classes = classes;
        _class = [.. answers.Select(a => Array.IndexOf(classes, a))];
    }

    /// <summary>The recorded answers, ordered.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Figures of a <see cref="Run"/>.</summary>
    public int Size => 2 + Classes.Count;

    /// <param name="counts">How often each sample counts.</param>
    /// <param name="values">Receives the AUC over all samples, the share found, then the AUC within each of <see cref="Classes"/>; NaN where
    /// either kind of label is missing.</param>
    public void Run(ReadOnlySpan<int> counts, Span<double> values)
    {
        Side[] sides = [.. Enumerable.Range(0, 1 + Classes.Count).Select(_ => new Side())]; // all, then by class
        var all = 0;
        foreach (var count in counts)
        {
            all += count;
        }

        var (left, found) = ((int)Math.Round(_inspected * all, MidpointRounding.AwayFromZero), 0);
        for (var start = 0; start < _order.Length;)
        {
            var end = start;
            for (; end < _order.Length && _scores[_order[end]] == _scores[_order[start]]; end++)
            {
                var i = _order[end];
                sides[0].Add(_flipped[i], counts[i]);
                sides[1 + _class[i]].Add(_flipped[i], counts[i]);
                var looked = Math.Min(left, counts[i]);
                left -= looked;
                found += _flipped[i] ? looked : 0;
            }

            foreach (var side in sides)
            {
                side.Close();
            }

            start = end;
        }

        values[0] = sides[0].Auc;
        values[1] = sides[0].Flipped == 0 ? double.NaN : found / (double)sides[0].Flipped;
        for (var c = 0; c < Classes.Count; c++)
        {
            values[2 + c] = sides[1 + c].Auc;
        }
    }

    /// <summary>Pairs of a wrong and a right label, counted score by score; of a tie one half.</summary>
    private sealed class Side
    {
        private long _right;
        private long _flippedHere;
        private long _rightHere;
        private double _area;

        public long Flipped { get; private set; }

        public double Auc => Flipped == 0 || _right == 0 ? double.NaN : _area / ((double)Flipped * _right);

        public void Add(bool flipped, int count)
        {
            _flippedHere += flipped ? count : 0;
            _rightHere += flipped ? 0 : count;
        }

        public void Close()
        {
            _area += _rightHere * (Flipped + (_flippedHere / 2.0));
            (Flipped, _right) = (Flipped + _flippedHere, _right + _rightHere);
            (_flippedHere, _rightHere) = (0, 0);
        }
    }
}

/// <summary>How alike two ways of scoring the same samples are.</summary>
/// <param name="Spearman">Rank correlation.</param>
/// <param name="TopOverlap">Share of the top 30 % of the first that is in the top of the second.</param>
/// <param name="TopJaccard">Of the two tops, those in both among those in either.</param>
public sealed record ScoreAgreement(double Spearman, double TopOverlap, double TopJaccard)
{
    public const double Top = 0.3;

    public static ScoreAgreement Of(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        var overlap = Ranking.TopOverlap(first, second, Top);
        return new ScoreAgreement(Ranking.Spearman(first, second), overlap, overlap / (2 - overlap));
    }

    /// <summary>Mean over all pairs of scorings.</summary>
    public static ScoreAgreement Mean(IReadOnlyList<IReadOnlyList<double>> scorings)
    {
        ScoreAgreement[] pairs = [.. scorings.SelectMany((a, i) => scorings.Skip(i + 1).Select(b => Of(a, b)))];
        return new ScoreAgreement(pairs.Average(p => p.Spearman), pairs.Average(p => p.TopOverlap), pairs.Average(p => p.TopJaccard));
    }
}

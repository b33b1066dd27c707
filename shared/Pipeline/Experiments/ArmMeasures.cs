using ZiGong.Contracts;
using ZiGong.Credit.Experiments;
using ZiGong.Credit.Metrics;

namespace ZiGong.Pipeline.Experiments;

/// <summary>The figures of all arms over the seeds that every arm has finished. Pure.</summary>
public sealed class ArmMeasures
{
    public const int Resamples = 1000;

    /// <summary>The metrics that experiments report.</summary>
    public static readonly IReadOnlyList<Metric> Shown = [Metric.Ks, Metric.Auc, Metric.Acc, Metric.F1, Metric.Brier, Metric.Ece, Metric.Miss];

    private readonly ExperimentPlan _plan;
    private readonly IReadOnlyList<long> _seeds;
    private readonly Dictionary<(string Arm, long Seed, int Fold), ArmFacts> _facts;
    private readonly IReadOnlyList<SamplePrediction>[][] _rows; // by arm, then seed
    private readonly (int First, int Second)[] _pairs;
    private readonly ArmStatistics _statistics;

    /// <exception cref="InvalidDataException">Two arms were not measured on the same rows.</exception>
    public ArmMeasures(ExperimentPlan plan, IReadOnlyList<long> seeds, Dictionary<(string Arm, long Seed, int Fold), ArmFacts> facts, CancellationToken ct)
    {
        (_plan, _seeds, _facts) = (plan, seeds, facts);
        _rows = [.. plan.Arms.Select(arm => seeds.Select(seed => Pooled(arm.Name, seed)).ToArray())];
        Ids = [.. _rows[0][0].Select(r => r.Id)];
        foreach (var rows in _rows.SelectMany(r => r))
        {
            if (!rows.Select(r => r.Id).SequenceEqual(Ids, StringComparer.Ordinal))
            {
                throw new InvalidDataException("two arms of the experiment were measured on different test rows");
            }
        }

        _pairs = [.. plan.Arms.SelectMany((arm, i) => arm.Against.Select(other => (i, PlaceOf(other))))];
        _statistics = ArmBootstrap.Metrics(
            [.. plan.Arms.Select(arm => (IReadOnlyList<FoldedPredictions>)[.. seeds.Select(seed => Folded(arm.Name, seed))])], _pairs, Seed, Resamples, ct);
    }

    /// <summary>Test rows of all folds.</summary>
    public IReadOnlyList<string> Ids { get; }

    public int Positives => _rows[0][0].Count(r => r.Positive);

    /// <summary>Why figures and differences have no intervals; null where they have.</summary>
    public string? WithoutIntervals => FewRows.WhyNone(Ids.Count, Positives);

    // Of the rows alone: the same rows are resampled in the same way whatever the experiment.
    private ulong Seed => SeededRandom.Derive(1, ["experiment", .. Ids]);

    public IReadOnlyDictionary<Metric, ArmFigure> Figures(string arm) =>
        Shown.Select(m => (Metric: m, Figure: _statistics.Figures[PlaceOf(arm)][(int)m].AsShare())).Where(m => !double.IsNaN(m.Figure.Mean))
            .ToDictionary(m => m.Metric, m => WithoutIntervals is null ? m.Figure : m.Figure.Alone());

    public IReadOnlyList<ArmComparison> Comparisons() => [.. _pairs.Select((pair, i) => new ArmComparison(
        _plan.Arms[pair.First].Name,
        _plan.Arms[pair.Second].Name,
        Ids.Count,
        _seeds.Count,
        Shown.Where(m => !double.IsNaN(_statistics.Differences[i][(int)m].Value))
            .ToDictionary(m => m, m => DifferenceOf(_statistics.Differences[i][(int)m], WithoutIntervals is null)),
        Overlap(_plan.Arms[pair.First].Name, _plan.Arms[pair.Second].Name)))];

    /// <summary>Jaccard index of what two arms kept, mean over seeds and folds.</summary>
    public double Overlap(string arm, string other) => (
        from seed in _seeds
        from fold in Enumerable.Range(0, Math.Max(1, _plan.Folds))
        select Jaccard(_facts[(arm, seed, fold)].Kept, _facts[(other, seed, fold)].Kept)).Average();

    /// <param name="field">The protected field.</param>
    /// <param name="groups">Group of each row of <see cref="Ids"/>.</param>
    public IReadOnlyList<ArmFairness> Fairness(string field, IReadOnlyList<string> groups, CancellationToken ct)
    {
        var statistics = ArmBootstrap.Run(
            [.. _rows.Select(arm => (IReadOnlyList<Func<CountedMeasure>>)[.. arm.Select(rows => (Func<CountedMeasure>)(() => PassOf(rows, groups).Run))])],
            FairnessPass.Size, Ids.Count, _pairs, Seed, Resamples, ct);
        var pass = PassOf(_rows[0][0], groups); // the groups' truth, the same for all
        bool HasInterval(int figure) => pass.HasRowsFor((FairnessFigure)figure);
        return [.. _plan.Arms.Select((arm, a) =>
        {
            var pair = Array.FindIndex(_pairs, p => p.First == a);
            return new ArmFairness(
                arm.Name,
                field,
                pair < 0 ? arm.Name : _plan.Arms[_pairs[pair].Second].Name,
                Groups(field, groups, a),
                Known(f => HasInterval(f) ? statistics.Figures[a][f].AsShare() : statistics.Figures[a][f].Alone(), f => f.Mean),
                pair < 0
                    ? new Dictionary<FairnessFigure, Difference>()
                    : Known(f => DifferenceOf(statistics.Differences[pair][f], HasInterval(f)), f => f.Value));
        })];
    }

    private static Difference DifferenceOf(Difference difference, bool hasInterval) => hasInterval ? difference : Difference.Alone(difference.Value);

    private static FairnessPass PassOf(IReadOnlyList<SamplePrediction> rows, IReadOnlyList<string> groups) =>
        new(groups, [.. rows.Select(r => r.Probability)], [.. rows.Select(r => r.Positive)]);

    private static Dictionary<FairnessFigure, T> Known<T>(Func<int, T> figure, Func<T, double> value) =>
        Enum.GetValues<FairnessFigure>().Where(f => !double.IsNaN(value(figure((int)f)))).ToDictionary(f => f, f => figure((int)f));

    /// <summary>Means over seeds of each group's shares; one seed's interval is none of theirs.</summary>
    private IReadOnlyList<GroupFigures> Groups(string field, IReadOnlyList<string> groups, int arm)
    {
        var reports = _rows[arm]
            .Select(rows => Credit.Metrics.Fairness.Measure(field, groups, [.. rows.Select(r => r.Probability)], [.. rows.Select(r => r.Positive)])).ToList();
        return [.. reports[0].Groups.Select((group, g) => group with
        {
            Favourable = reports.Average(r => r.Groups[g].Favourable),
            FavourableOfGood = reports.Average(r => r.Groups[g].FavourableOfGood),
            FavourableOfBad = reports.Average(r => r.Groups[g].FavourableOfBad),
            FavourableInterval = reports.Count == 1 ? group.FavourableInterval : null,
        })];
    }

    /// <summary>One model's predictions, or where there are folds those of each fold's model on the rows it has not seen.</summary>
    private IReadOnlyList<SamplePrediction> Pooled(string arm, long seed) =>
        [.. Folds(arm, seed).SelectMany(rows => rows)];

    private FoldedPredictions Folded(string arm, long seed) =>
        new(PredictionFile.ToPredictions(Pooled(arm, seed)), [.. Folds(arm, seed).Select(PredictionFile.ToPredictions)]);

    private IEnumerable<IReadOnlyList<SamplePrediction>> Folds(string arm, long seed) =>
        Enumerable.Range(0, Math.Max(1, _plan.Folds)).Select(fold => _facts[(arm, seed, fold)].Predictions);

    private int PlaceOf(string arm) => Enumerable.Range(0, _plan.Arms.Count).First(i => _plan.Arms[i].Name == arm);

    private static double Jaccard(IReadOnlySet<Guid> one, IReadOnlySet<Guid> other)
    {
        var both = one.Count(other.Contains);
        return both / (double)(one.Count + other.Count - both);
    }
}

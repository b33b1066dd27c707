using ZiGong.Contracts;

namespace ZiGong.Influence;

/// <summary>The partial scores of all samples at one checkpoint.</summary>
/// <param name="Number">0 is the agent before its first step, which is never scored: with B = 0 the gradient of A is exactly 0.</param>
/// <param name="Time">t_i in periods; null where the data have no time.</param>
/// <param name="Partials">p_i(z), in the order of the samples.</param>
public sealed record CheckpointPartials(int Number, double? Time, IReadOnlyList<double> Partials);

/// <summary>Influence scores of all samples.</summary>
/// <param name="Values">In the order of the samples.</param>
/// <param name="Weights">What every checkpoint weighed.</param>
/// <param name="Notes">What the run has to say, e.g. that decay is not identified.</param>
public sealed record InfluenceScores(IReadOnlyList<double> Values, IReadOnlyList<CheckpointWeight> Weights, IReadOnlyList<string> Notes);

/// <summary>
/// Influence from stored partial scores: Σ_i γ^(T − t_i) · p_i(z) (TracInCP of Pruthi et al., 2020, with time decay).
/// Another γ, T or set of checkpoints is one pass; no gradient is computed again.
/// </summary>
public static class TracSeq
{
    /// <param name="sampleIds">The samples.</param>
    /// <param name="observedAt">When each sample's behaviour was observed, in periods; asked for only where the sample's clock counts.</param>
    /// <param name="checkpoints">Partial scores; summed by rising number whatever the order given.</param>
    /// <param name="asOf">T in periods; checkpoints after it are left out.</param>
    /// <param name="options">Decay.</param>
    /// <exception cref="InputException">γ out of range, no checkpoint left, or a sample without time under the sample's clock.</exception>
    /// <exception cref="NotFiniteNumberException">A partial score is NaN or infinite; names sample and checkpoint.</exception>
    public static InfluenceScores Combine(
        IReadOnlyList<string> sampleIds,
        IReadOnlyList<double?> observedAt,
        IReadOnlyList<CheckpointPartials> checkpoints,
        double asOf,
        DecayOptions options)
    {
        var notes = new List<string>();
        var weights = Weigh(checkpoints, asOf, options.Checked(), notes);
        var scores = new double[sampleIds.Count];
        foreach (var checkpoint in checkpoints.OrderBy(c => c.Number))
        {
            var weight = weights[checkpoint.Number].Weight;
            if (weight > 0)
            {
                AddTo(scores, sampleIds, checkpoint, weight);
            }
        }

        if (options.BySample)
        {
            Age(scores, sampleIds, observedAt, asOf, options.Gamma, notes);
        }

        return new InfluenceScores(scores, [.. weights.Values.OrderBy(w => w.Number)], notes);
    }

    /// <summary>
    /// The checkpoints whose gradients need not be kept: the least first, while Σ γ^(T − t_i) · max_z |p_i(z)| over them stays within
    /// <paramref name="limit"/> of the largest |score|.
    /// </summary>
    public static DropReport Drop(
        IReadOnlyList<string> sampleIds, IReadOnlyList<CheckpointPartials> checkpoints, double asOf, DecayOptions options, double limit)
    {
        var byCheckpoint = options with { Clock = DecayClock.Checkpoint };
        var scores = Combine(sampleIds, [], checkpoints, asOf, options.ByCheckpoint ? byCheckpoint : byCheckpoint with { Gamma = 1 });
        var largest = scores.Values.Select(Math.Abs).DefaultIfEmpty(0).Max();
        var dropped = new List<int>();
        double bound = 0;
        foreach (var (number, most) in Contributions(checkpoints, scores.Weights))
        {
            if (bound + most > limit * largest)
            {
                break;
            }

            bound += most;
            dropped.Add(number);
        }

        return new DropReport([.. dropped.Order()], bound, largest);
    }

    private static IEnumerable<(int Number, double Most)> Contributions(
        IReadOnlyList<CheckpointPartials> checkpoints, IReadOnlyList<CheckpointWeight> weights) =>
        from checkpoint in checkpoints
        join weight in weights on checkpoint.Number equals weight.Number
        let most = weight.Weight == 0 ? 0 : weight.Weight * checkpoint.Partials.Select(Math.Abs).DefaultIfEmpty(0).Max()
        where checkpoint.Number != 0
        orderby most, checkpoint.Number
        select (checkpoint.Number, most);

    private static Dictionary<int, CheckpointWeight> Weigh(
        IReadOnlyList<CheckpointPartials> checkpoints, double asOf, DecayOptions options, List<string> notes)
    {
        CheckpointPartials[] counted = [.. checkpoints.Where(c => c.Number != 0 && !(c.Time > asOf))];
        if (counted.Length == 0)
        {
            throw new InputException(
                $"none of the {checkpoints.Count} checkpoints can be scored as of period {asOf:R}: " +
                "checkpoint 0 never is, and those after that time are left out; take a later as-of time or train the agent on earlier samples");
        }

        var gamma = options.ByCheckpoint ? options.Gamma : 1;
        if (gamma < 1 && (counted.Any(c => c.Time is null) || counted.DistinctBy(c => c.Time).Count() < 2))
        {
            notes.Add($"decay over checkpoints is not identified: fewer than two distinct times among {counted.Length} checkpoints; γ = 1 is used");
            gamma = 1;
        }

        return checkpoints.ToDictionary(
            c => c.Number,
            c => new CheckpointWeight(c.Number, c.Time, !counted.Contains(c) ? 0 : gamma == 1 ? 1 : Math.Pow(gamma, asOf - c.Time!.Value)));
    }

    private static void AddTo(double[] scores, IReadOnlyList<string> sampleIds, CheckpointPartials checkpoint, double weight)
    {
        if (checkpoint.Partials.Count != scores.Length)
        {
            throw new ArgumentException($"checkpoint {checkpoint.Number} has {checkpoint.Partials.Count} partial scores for {scores.Length} samples");
        }

        for (var i = 0; i < scores.Length; i++)
        {
            var partial = checkpoint.Partials[i];
            if (!double.IsFinite(partial))
            {
                throw new NotFiniteNumberException($"sample {sampleIds[i]}: its partial score at checkpoint {checkpoint.Number} is {partial}");
            }

            scores[i] += weight * partial;
        }
    }

    // Only what is positive ages: a stale negative that drifted up to zero would outrank fresh negatives and make the selection older.
    private static void Age(
        double[] scores, IReadOnlyList<string> sampleIds, IReadOnlyList<double?> observedAt, double asOf, double gamma, List<string> notes)
    {
        if (gamma == 1)
        {
            return;
        }

        if (observedAt.Count != scores.Length)
        {
            throw new ArgumentException($"{observedAt.Count} observation times for {scores.Length} samples");
        }

        if (observedAt.Distinct().Count() < 2)
        {
            notes.Add($"decay over samples is not identified: fewer than two distinct times among {scores.Length} samples; γ = 1 is used");
            return;
        }

        for (var i = 0; i < scores.Length; i++)
        {
            var time = observedAt[i] ?? throw new InputException(
                $"sample {sampleIds[i]} has no observed_at, which Clock = Sample needs: use Clock = Checkpoint or give the descriptor a time column");
            scores[i] = (Math.Pow(gamma, Math.Max(0, asOf - time)) * Math.Max(scores[i], 0)) + Math.Min(scores[i], 0);
        }
    }
}

/// <summary>What leaving out checkpoints can change.</summary>
/// <param name="Dropped">Numbers of the checkpoints that may go.</param>
/// <param name="Bound">No score changes by more than this.</param>
/// <param name="LargestScore">Largest |score| with all checkpoints.</param>
public sealed record DropReport(IReadOnlyList<int> Dropped, double Bound, double LargestScore)
{
    public double RelativeBound => LargestScore == 0 ? 0 : Bound / LargestScore;
}

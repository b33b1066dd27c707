using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Experiments;

/// <summary>What somebody asked for.</summary>
/// <param name="Descriptor">The data set's descriptor as YAML.</param>
/// <param name="Set">Options for all arms, as <c>Section:Name=value</c>.</param>
/// <param name="Seeds">How many, counted up from the option Seed.</param>
/// <param name="Folds">Null: 10 where fairness is asked for and the data have neither subjects nor times, else none.</param>
/// <param name="Full">No caps by default.</param>
/// <param name="Arms">Those alone; empty: all.</param>
public sealed record ExperimentOrder(string Name, string Descriptor, IReadOnlyList<string> Set, int Seeds, int? Folds, bool Full, IReadOnlyList<string> Arms);

/// <summary>From an order to what is sealed for it, and from that to the plan: pure.</summary>
public static class ExperimentPlanner
{
    private const int MaximumTraining = 4000;
    private const int MaximumReference = 1500;
    private const int FairnessFolds = 10;

    /// <summary>Every look at an experiment names all its runs.</summary>
    private const int MostRuns = 10_000;

    /// <summary>The options of all arms, as far as they are known before the data are.</summary>
    /// <exception cref="InputException">There is no such experiment, or the options or the data set do not allow it.</exception>
    public static RunOptions OptionsOf(ExperimentOrder order)
    {
        var (kind, descriptor) = (ExperimentCatalog.Find(order.Name), DescriptorFile.Parse(order.Descriptor, "the descriptor"));
        if (descriptor.Answer.IsFree)
        {
            throw new InputException(
                "experiments compare KS, AUC and fairness, which free texts such as the answers of "
                + $"{descriptor.Name} do not have: take a data set with allowed answers");
        }

        var options = order.Set.Aggregate(new RunOptions(), RunOptionsReader.Set);
        var snapshot = options.Snapshot;
        if (!order.Full)
        {
            // What the user set stands, 0 apart: that is --full's to say.
            snapshot = snapshot with
            {
                MaximumTraining = snapshot.MaximumTraining > 0 ? snapshot.MaximumTraining : MaximumTraining,
                MaximumReference = snapshot.MaximumReference > 0 ? snapshot.MaximumReference : MaximumReference,
            };
        }

        var timeless = descriptor is { Subject: null, ObservedAt: { Column: null, Constant: null } };
        var folds = order.Folds ?? (snapshot.Folds > 0 ? snapshot.Folds : kind.MeasuresFairness && timeless ? FairnessFolds : 0);
        return options with { Snapshot = snapshot with { Folds = folds, Fold = 0 } };
    }

    /// <summary>What each of its snapshots is sealed with: one where there are no folds.</summary>
    public static IReadOnlyList<SnapshotOptions> Snapshots(RunOptions options) =>
        [.. Enumerable.Range(0, Math.Max(1, options.Snapshot.Folds)).Select(fold => options.Snapshot with { Fold = fold })];

    /// <summary>The options of an arm: those of the plan, then the arm's own, then seed and fold.</summary>
    public static RunOptions OptionsOf(ExperimentPlan plan, PlannedRun run)
    {
        var options = plan.Set.Concat(run.Arm.Set).Aggregate(new RunOptions(), RunOptionsReader.Set);
        return options with { Seed = run.Seed, Snapshot = options.Snapshot with { Fold = run.Fold } };
    }

    /// <param name="snapshots">One per fold.</param>
    /// <exception cref="InputException">The data do not allow the experiment, have no such arm, or it would be too many runs.</exception>
    public static ExperimentPlan Plan(ExperimentOrder order, IReadOnlyList<SnapshotRow> snapshots)
    {
        var (kind, descriptor) = (ExperimentCatalog.Find(order.Name), DescriptorFile.Parse(order.Descriptor, "the descriptor"));
        var (options, first) = (OptionsOf(order), snapshots[0]);
        var data = new ExperimentData(
            first.Training,
            (long)(first.Training + first.Reference) * first.ReadPeriods().Count,
            first.DecayIdentified,
            first.DecayIdentified,
            descriptor.Fields.Any(f => f.Protected));
        var choice = kind.Arms(data, options);
        var arms = Chosen(choice.Arms, order.Arms);
        RequireFew(arms.Count, order.Seeds, snapshots.Count);
        var steps = WorkAmounts.Steps(first.Training, options.Tuning.BatchSize, options.Tuning.Epochs, options.Tuning.MinimumSteps);
        options = options with { Tuning = options.Tuning with { Epochs = 1, MinimumSteps = steps } };
        return new ExperimentPlan(
            kind.Name,
            kind.Question,
            descriptor.Name,
            [
                .. RunOptionsReader.Changes(new RunOptions(), options).Where(name => name is not nameof(RunOptions.Seed))
                    .Select(name => RunOptionsReader.Assignment(options, name)),
            ],
            SeedsFrom(options.Seed, order.Seeds),
            options.Snapshot.Folds,
            [.. snapshots.Select(s => s.SnapshotId)],
            steps,
            $"those of a run on all {first.Training:#,0} training samples; smaller choices are passed over more often",
            kind.MeasuresFairness,
            arms,
            [.. CapNotes(options.Snapshot), .. choice.Notes],
            CodeVersions.Whole);
    }

    /// <summary>So many seeds counted up from the first; after the largest one comes 0.</summary>
    public static IReadOnlyList<long> SeedsFrom(long first, int count) => [.. Enumerable.Range(0, count).Select(i => unchecked(first + i) & long.MaxValue)];

    /// <exception cref="InputException">They are too many.</exception>
    public static void RequireFew(int arms, int seeds, int folds)
    {
        if ((long)arms * seeds * folds is > MostRuns and var runs)
        {
            throw new InputException(
                $"{arms} arms × {seeds} seeds × {folds} folds are {runs:#,0} runs, but an experiment has at most {MostRuns:#,0}: "
                + "ask for fewer seeds or folds, or for some of the arms (--arms)");
        }
    }

    private static IReadOnlyList<PlannedArm> Chosen(IReadOnlyList<PlannedArm> arms, IReadOnlyList<string> names)
    {
        if (names.Count == 0)
        {
            return arms;
        }

        if (names.FirstOrDefault(n => arms.All(a => a.Name != n)) is { } unknown)
        {
            throw new InputException($"there is no arm '{unknown}' here; arms are {string.Join(", ", arms.Select(a => a.Name))}");
        }

        return [.. arms.Where(a => names.Contains(a.Name)).Select(a => a with { Against = [.. a.Against.Where(names.Contains)] })];
    }

    private static IEnumerable<string> CapNotes(SnapshotOptions snapshot)
    {
        yield return snapshot.IsCapped
            ? $"Capped: at most {Cap(snapshot.MaximumTraining)} training, {Cap(snapshot.MaximumReference)} reference and {Cap(snapshot.MaximumTest)} test "
                + "samples; --full lifts the caps."
            : "Not capped: all samples take part.";

        static string Cap(int maximum) => maximum == 0 ? "any number of" : $"{maximum:#,0}";
    }
}

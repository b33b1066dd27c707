using ZiGong.Contracts;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline;

/// <summary>
/// The one place that decides what comes next: consumers after a commit, resume, replay and the sweeper all ask it.
/// Pure, so losing every message costs nothing but time.
/// </summary>
public static class NextMessages
{
    /// <summary>Messages for every unit that can be worked on now and is not done, nearest to the end of the run last.</summary>
    public static IReadOnlyList<IRunMessage> Of(RunState run)
    {
        if (run.Status != RunStatus.Running)
        {
            return [];
        }

        if (run.Plan is { } plan)
        {
            return OfPlan(run, plan);
        }

        if (run.Outcome<SnapshotSealed>(Stage.Snapshot, "snapshot") is not { } snapshot)
        {
            return [new RunRequested(run.RunId, run.Generation)];
        }

        var next = new List<IRunMessage>();
        var slices = run.Slices<AgentSliceTrained>(Stage.Agent);
        var agentIsTrained = slices.Count > 0 && slices[^1].Last;
        if (!agentIsTrained)
        {
            next.Add(slices.Count == 0
                ? snapshot with { Generation = run.Generation }
                : new TrainAgentSlice(run.RunId, run.Generation, slices.Count));
        }

        var checkpoints = slices.Where(s => s.Checkpoint.Length > 0).Select(s => s.Checkpoint).ToList();
        next.AddRange(checkpoints.SelectMany(c => OfCheckpoint(run, c)));
        if (agentIsTrained && next.Count == 0)
        {
            next.AddRange(AfterScoring(run));
        }

        return next;
    }

    /// <summary>What became possible because <paramref name="unit"/> is done.</summary>
    public static IReadOnlyList<IRunMessage> EnabledBy(RunState run, UnitKey unit)
    {
        var before = Of(run.Without(unit)).Select(Key).ToHashSet();
        return [.. Of(run).Where(m => !before.Contains(Key(m)))];
    }

    /// <summary>Pieces need nothing of one another, and the figures all of them.</summary>
    private static IReadOnlyList<IRunMessage> OfPlan(RunState run, RunPlan plan)
    {
        var missing = plan.Pieces.Where(p => !run.IsDone(Stage.Pieces, p)).Select(p => new TrainPiece(run.RunId, run.Generation, p)).ToList();
        return missing.Count > 0 ? missing
            : run.IsDone(Stage.Fidelity, "fidelity") ? []
            : [new MeasureFidelity(run.RunId, run.Generation)];
    }

    private static (Type Type, string Unit) Key(IRunMessage message) => (message.GetType(), message.Unit);

    private static IEnumerable<IRunMessage> OfCheckpoint(RunState run, string checkpoint)
    {
        var missing = run.ReferenceShards.Where(s => !run.IsDone(Stage.Gradients, Units.Pair(checkpoint, s))).ToList();
        foreach (var shard in missing)
        {
            yield return new ExtractShard(run.RunId, run.Generation, checkpoint, shard);
        }

        var averaged = run.IsDone(Stage.Reference, checkpoint);
        if (missing.Count == 0
            && !averaged
            && (!run.ReferenceNeedsTraining || run.TrainingShards.All(s => run.IsDone(Stage.Gradients, Units.Pair(checkpoint, s)))))
        {
            yield return new AverageReference(run.RunId, run.Generation, checkpoint);
        }

        foreach (var shard in run.TrainingShards)
        {
            var pair = Units.Pair(checkpoint, shard);
            if (!run.IsDone(Stage.Gradients, pair))
            {
                // A shard can have samples on both sides; one order is enough.
                if (missing.Contains(shard))
                {
                    continue;
                }

                yield return new ExtractShard(run.RunId, run.Generation, checkpoint, shard);
            }
            else if (averaged && !run.IsDone(Stage.Partials, pair))
            {
                yield return new ScoreShard(run.RunId, run.Generation, checkpoint, shard);
            }
        }
    }

    private static IEnumerable<IRunMessage> AfterScoring(RunState run)
    {
        if (run.Outcome<SnapshotScored>(Stage.Scores, "scores") is not { } scored)
        {
            yield return new CombineScores(run.RunId, run.Generation);
        }
        else if (run.Outcome<SamplesSelected>(Stage.Selection, "selection") is not { } selected)
        {
            yield return scored with { Generation = run.Generation };
        }
        else if (run.Outcome<DatasetTemplated>(Stage.Dataset, "dataset") is not { } dataset)
        {
            yield return selected with { Generation = run.Generation };
        }
        else if (run.Slices<AdapterSliceTrained>(Stage.Tuning) is { Count: 0 })
        {
            yield return dataset with { Generation = run.Generation };
        }
        else if (run.Slices<AdapterSliceTrained>(Stage.Tuning) is var slices && slices[^1].Adapter.Length == 0)
        {
            yield return new TuneAdapterSlice(run.RunId, run.Generation, slices.Count);
        }
        else if (run.Outcome<ModelEvaluated>(Stage.Evaluation, "evaluation") is not { } evaluated)
        {
            yield return new AdapterTrained(run.RunId, run.Generation, slices[^1].Adapter, slices[^1].AdapterUri, slices[^1].Loss);
        }
        else if (!run.IsDone(Stage.Model, "model"))
        {
            yield return evaluated with { Generation = run.Generation };
        }
    }
}

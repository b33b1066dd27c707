using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline.Stages;
using ZiGong.Pipeline;

namespace ZiGong.Control.Waiting;

/// <summary>What could be worked on in a run and is not: since when, and how much of it.</summary>
public static class WaitingUnits
{
    /// <param name="run">What is finished.</param>
    /// <param name="orderedAt">When the run was requested or set going again: nothing has waited for longer.</param>
    /// <param name="finishedAt">When each finished unit was.</param>
    /// <param name="held">Units that a worker has, or whose next attempt is not due.</param>
    /// <returns>For every order that nobody has taken up: its stage, and since when it waits.</returns>
    public static IReadOnlyList<(Stage Stage, DateTimeOffset Since)> Of(
        RunState run, DateTimeOffset orderedAt, IReadOnlyDictionary<UnitKey, DateTimeOffset> finishedAt, IReadOnlySet<UnitKey> held)
    {
        var madeBy = run.Slices<AgentSliceTrained>(Stage.Agent).Where(s => s.Checkpoint.Length > 0)
            .ToDictionary(s => s.Checkpoint, s => s.Unit, StringComparer.Ordinal);
        var last = finishedAt.Count == 0 ? orderedAt : finishedAt.Values.Max();

        DateTimeOffset At(Stage stage, string unit) => finishedAt.GetValueOrDefault(new UnitKey(stage, unit), orderedAt);

        // The stages before scoring and after it follow one another: what was finished last is what they waited for.
        DateTimeOffset Since(IRunMessage order) => order switch
        {
            TrainPiece => orderedAt,
            TrainAgentSlice slice => At(Stage.Agent, Units.Slice(slice.Slice - 1)),
            SnapshotSealed => At(Stage.Snapshot, "snapshot"),
            ExtractShard extract => At(Stage.Agent, madeBy.GetValueOrDefault(extract.Checkpoint, "")),
            AverageReference average => run.ReferenceShards.Select(s => At(Stage.Gradients, Units.Pair(average.Checkpoint, s))).DefaultIfEmpty(orderedAt).Max(),
            ScoreShard score => Later(At(Stage.Reference, score.Checkpoint), At(Stage.Gradients, score.Unit)),
            _ => last,
        };

        return
        [
            .. NextMessages.Of(run).Select(order => (Order: order, Unit: StageOrders.UnitOf(order)!.Value)).Where(o => !held.Contains(o.Unit))
                .Select(o => (o.Unit.Stage, Later(Since(o.Order), orderedAt))),
        ];
    }

    private static DateTimeOffset Later(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;
}

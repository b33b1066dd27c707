using MassTransit;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.TracSeqScoring;

/// <summary>Averages the reference gradients of one checkpoint.</summary>
public sealed class AverageReferenceConsumer(StageRunner stages, ReferenceAveraging averaging) : IConsumer<AverageReference>
{
    public Task Consume(ConsumeContext<AverageReference> context) => stages.RunAsync(
        context.Message,
        new UnitKey(Stage.Reference, context.Message.Unit),
        (unit, ct) => averaging.AverageAsync(unit, context.Message.Checkpoint, ct),
        context.CancellationToken);
}

/// <summary>Scores one shard at one checkpoint.</summary>
public sealed class ScoreShardConsumer(StageRunner stages, ShardScoring scoring) : IConsumer<ScoreShard>
{
    public Task Consume(ConsumeContext<ScoreShard> context) => stages.RunAsync(
        context.Message,
        new UnitKey(Stage.Partials, context.Message.Unit),
        (unit, ct) => scoring.ScoreAsync(unit, context.Message.Checkpoint, context.Message.Shard, ct),
        context.CancellationToken);
}

/// <summary>The fan-in: every training sample has its partial score at every checkpoint, and the sum is finite.</summary>
public sealed class CombineScoresConsumer(StageRunner stages) : IConsumer<CombineScores>
{
    public Task Consume(ConsumeContext<CombineScores> context) => stages.RunAsync(
        context.Message, new UnitKey(Stage.Scores, context.Message.Unit), CombineAsync, context.CancellationToken);

    private static async Task<UnitResult> CombineAsync(UnitContext unit, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var (partials, scores) = await RunScores.ReadAsync(unit.Db, unit.Run.RunId, snapshot, unit.Options.TracSeq, ct);
        var decayed = snapshot.DecayIdentified && scores.Weights.DistinctBy(w => w.Time).Count() > 1;
        return new UnitResult(new SnapshotScored(
            unit.Run.RunId, unit.Run.Generation, scores.Values.Count, partials.Checkpoints.Count, decayed ? unit.Options.TracSeq.Gamma : 1));
    }
}

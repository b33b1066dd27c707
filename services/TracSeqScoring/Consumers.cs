using MassTransit;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.TracSeqScoring;

/// <summary>Averages the reference gradients of one checkpoint.</summary>
public sealed class AverageReferenceConsumer(StageRunner stages, ReferenceAveraging averaging) : IConsumer<AverageReference>
{
    public Task Consume(ConsumeContext<AverageReference> context) => stages.MakeAsync(
        context.Message,
        new UnitKey(Stage.Reference, context.Message.Unit),
        (unit, ct) => averaging.AverageAsync(unit, context.Message.Checkpoint, ct),
        context.CancellationToken);
}

/// <summary>Scores one shard at one checkpoint.</summary>
public sealed class ScoreShardConsumer(StageRunner stages, ShardScoring scoring) : IConsumer<ScoreShard>
{
    public Task Consume(ConsumeContext<ScoreShard> context) => stages.MakeAsync(
        context.Message,
        new UnitKey(Stage.Partials, context.Message.Unit),
        (unit, ct) => scoring.ScoreAsync(unit, context.Message.Checkpoint, context.Message.Shard, ct),
        context.CancellationToken);
}

/// <summary>The fan-in: adds up the partial scores of every training sample.</summary>
public sealed class CombineScoresConsumer(StageRunner stages) : IConsumer<CombineScores>
{
    public Task Consume(ConsumeContext<CombineScores> context) => stages.MakeAsync(
        context.Message, new UnitKey(Stage.Scores, context.Message.Unit), ScoreCombining.CombineAsync, context.CancellationToken);
}

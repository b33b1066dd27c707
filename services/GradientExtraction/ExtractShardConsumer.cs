using MassTransit;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.GradientExtraction;

/// <summary>Extracts the gradients of one shard at one checkpoint.</summary>
public sealed class ExtractShardConsumer(StageRunner stages, ShardExtraction extraction) : IConsumer<ExtractShard>
{
    public Task Consume(ConsumeContext<ExtractShard> context)
    {
        var order = context.Message;
        return stages.MakeAsync(
            order,
            new UnitKey(Stage.Gradients, order.Unit),
            (unit, ct) => extraction.ExtractAsync(unit, order.Checkpoint, order.Shard, ct),
            context.CancellationToken);
    }
}

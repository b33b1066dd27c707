using MassTransit;
using ZiGong.Contracts;

namespace ZiGong.Ingest.Sealing;

/// <summary>Seals the snapshot of one fold of an experiment that was asked for.</summary>
public sealed class SealFoldConsumer(FoldSealing folds) : IConsumer<SealFold>
{
    public Task Consume(ConsumeContext<SealFold> context) => folds.RunAsync(context.Message, context.CancellationToken);
}

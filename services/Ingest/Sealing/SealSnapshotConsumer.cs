using MassTransit;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.Ingest.Sealing;

/// <summary>Seals the snapshot that a requested run looks at.</summary>
public sealed class SealSnapshotConsumer(StageRunner stages, SnapshotSealing sealing) : IConsumer<RunRequested>
{
    public Task Consume(ConsumeContext<RunRequested> context) =>
        stages.RunAsync(context.Message, new UnitKey(Stage.Snapshot, "snapshot"), sealing.SealAsync, context.CancellationToken);
}

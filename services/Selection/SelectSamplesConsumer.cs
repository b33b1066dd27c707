using MassTransit;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.Selection;

/// <summary>Selects once every training sample has its score.</summary>
public sealed class SelectSamplesConsumer(StageRunner stages, SampleSelecting selecting) : IConsumer<SnapshotScored>
{
    public Task Consume(ConsumeContext<SnapshotScored> context) =>
        stages.MakeAsync(context.Message, new UnitKey(Stage.Selection, "selection"), selecting.SelectAsync, context.CancellationToken);
}

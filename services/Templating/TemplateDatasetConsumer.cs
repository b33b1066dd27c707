using MassTransit;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.Templating;

/// <summary>Renders the selection as instructions.</summary>
public sealed class TemplateDatasetConsumer(StageRunner stages, DatasetTemplating templating) : IConsumer<SamplesSelected>
{
    public Task Consume(ConsumeContext<SamplesSelected> context) => stages.MakeAsync(
        context.Message, new UnitKey(Stage.Dataset, "dataset"), templating.TemplateAsync, context.CancellationToken);
}

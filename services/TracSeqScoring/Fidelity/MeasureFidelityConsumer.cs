using MassTransit;
using ZiGong.Contracts;
using ZiGong.Pipeline;

namespace ZiGong.TracSeqScoring.Fidelity;

/// <summary>Ends a fidelity run with its figures.</summary>
public sealed class MeasureFidelityConsumer(StageRunner stages, FidelityMeasuring measuring) : IConsumer<MeasureFidelity>
{
    public Task Consume(ConsumeContext<MeasureFidelity> context) => stages.MakeAsync(
        context.Message,
        new UnitKey(Stage.Fidelity, context.Message.Unit),
        measuring.MeasureAsync,
        context.CancellationToken);
}

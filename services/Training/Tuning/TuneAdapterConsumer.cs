using MassTransit;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.Training.Tuning;

/// <summary>Begins the tuning when the data set is templated, and goes on with it slice by slice.</summary>
public sealed class TuneAdapterConsumer(StageRunner stages, AdapterSlices adapter) : IConsumer<DatasetTemplated>, IConsumer<TuneAdapterSlice>
{
    public Task Consume(ConsumeContext<DatasetTemplated> context) => TuneAsync(context.Message, 0, context.CancellationToken);

    public Task Consume(ConsumeContext<TuneAdapterSlice> context) => TuneAsync(context.Message, context.Message.Slice, context.CancellationToken);

    private Task TuneAsync(IRunMessage message, int slice, CancellationToken ct) =>
        stages.MakeAsync(
            message, new UnitKey(Stage.Tuning, Units.Slice(slice)), (unit, token) => adapter.TuneAsync(unit, slice, token), ct);
}

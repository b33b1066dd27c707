using MassTransit;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.Training.Agent;

/// <summary>Begins the agent when a snapshot is sealed, and goes on with it slice by slice.</summary>
public sealed class TrainAgentConsumer(StageRunner stages, AgentSlices agent) : IConsumer<SnapshotSealed>, IConsumer<TrainAgentSlice>
{
    public Task Consume(ConsumeContext<SnapshotSealed> context) => TrainAsync(context.Message, 0, context.CancellationToken);

    public Task Consume(ConsumeContext<TrainAgentSlice> context) => TrainAsync(context.Message, context.Message.Slice, context.CancellationToken);

    private Task TrainAsync(IRunMessage message, int slice, CancellationToken ct) =>
        stages.MakeAsync(
            message, new UnitKey(Stage.Agent, Units.Slice(slice)), (unit, token) => agent.TrainAsync(unit, slice, token), ct);
}

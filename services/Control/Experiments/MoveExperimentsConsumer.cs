using MassTransit;
using ZiGong.Contracts;

namespace ZiGong.Control.Experiments;

/// <summary>Whatever may let an experiment go on: its next arms begin at once. What is not heard of here, the next sweep finds.</summary>
public sealed class MoveExperimentsConsumer(ExperimentSweeper sweeper)
    : IConsumer<ExperimentOrdered>, IConsumer<FoldSealed>, IConsumer<ArmMeasured>, IConsumer<StageFailed>, IConsumer<RunCancelled>
{
    public Task Consume(ConsumeContext<ExperimentOrdered> context) => WakeAsync();

    public Task Consume(ConsumeContext<FoldSealed> context) => WakeAsync();

    public Task Consume(ConsumeContext<ArmMeasured> context) => WakeAsync();

    public Task Consume(ConsumeContext<StageFailed> context) => WakeAsync();

    public Task Consume(ConsumeContext<RunCancelled> context) => WakeAsync();

    private Task WakeAsync()
    {
        sweeper.Wake();
        return Task.CompletedTask;
    }
}

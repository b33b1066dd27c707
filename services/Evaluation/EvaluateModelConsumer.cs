using MassTransit;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.Evaluation;

/// <summary>Evaluates a trained adapter.</summary>
public sealed class EvaluateModelConsumer(StageRunner stages, ModelEvaluation evaluation) : IConsumer<AdapterTrained>
{
    public Task Consume(ConsumeContext<AdapterTrained> context) => stages.MakeAsync(
        context.Message,
        new UnitKey(Stage.Evaluation, "evaluation"),
        evaluation.EvaluateAsync,
        context.CancellationToken);
}

using MassTransit;
using Microsoft.Extensions.Hosting;
using ZiGong.Contracts;
using ZiGong.Pipeline;

namespace ZiGong.Training.Fidelity;

/// <summary>
/// Works on a piece of a fidelity run. Hundreds may wait in the queue of a command that is asked to stop, and one may take minutes: what is not begun is
/// let go of then, and what is begun is given back. The sweeper orders both again.
/// </summary>
public sealed class TrainPieceConsumer(StageRunner stages, PieceTraining pieces, IHostApplicationLifetime host) : IConsumer<TrainPiece>
{
    public Task Consume(ConsumeContext<TrainPiece> context) => host.ApplicationStopping.IsCancellationRequested
        ? Task.CompletedTask
        : stages.MakeAsync(
            context.Message,
            new UnitKey(Stage.Pieces, context.Message.Piece),
            (unit, ct) => pieces.TrainAsync(unit, context.Message.Piece, host.ApplicationStopping, ct),
            context.CancellationToken);
}

using MassTransit;
using Microsoft.Extensions.Hosting;
using ZiGong.Contracts;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Results;

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
            (unit, ct) => Task.Run(() => TrainAsync(unit, context.Message.Piece, ct), ct),
            context.CancellationToken);

    private async Task<ResultWork> TrainAsync(UnitContext unit, string piece, CancellationToken ct)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(ct, host.ApplicationStopping);
        return await pieces.TrainAsync(unit, piece, stopping.Token);
    }
}

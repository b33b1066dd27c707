using ZiGong.Cli.Runs;
using ZiGong.Pipeline.Api;
using ZiGong.Pipeline.Experiments;
using ZiGong.Reports.Runs;
using ZiGong.Storage;

namespace ZiGong.Cli.Experiments;

/// <summary>Experiments in the database.</summary>
public sealed class LocalExperiments(Func<PipelineDb> open, TimeProvider time) : IExperiments
{
    /// <summary>Time between two looks.</summary>
    public static readonly TimeSpan Between = TimeSpan.FromMilliseconds(300);

    public async Task<ExperimentOrderStatus> OrderAsync(Guid order, CancellationToken ct)
    {
        await using var db = open();
        return await ExperimentReading.OrderAsync(db, order, ct);
    }

    public async Task<ExperimentDetails> DetailsAsync(string experiment, CancellationToken ct)
    {
        await using var db = open();
        return await ExperimentReading.DetailsAsync(db, await ExperimentStore.FindAsync(db, experiment, ct), ct);
    }

    public async Task<ArmProgress> RunAsync(Guid run, CancellationToken ct)
    {
        await using var db = open();
        var view = await RunView.ReadAsync(db, run, time, ct);
        return new ArmProgress(
            ProgressText.Line(view.Stages), view.Run.FinishedAt - view.Run.RequestedAt, view.Units.Count(u => u.Reused), view.Units.Count, view.Failure);
    }
}

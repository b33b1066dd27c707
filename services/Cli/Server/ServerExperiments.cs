using ZiGong.Cli.Experiments;
using ZiGong.Pipeline.Api;

namespace ZiGong.Cli.Server;

/// <summary>Experiments of a server.</summary>
internal sealed class ServerExperiments(ApiClient api) : IExperiments
{
    public Task<ExperimentOrderStatus> OrderAsync(Guid order, CancellationToken ct) => api.ExperimentOrderAsync(order, ct);

    public Task<ExperimentDetails> DetailsAsync(string experiment, CancellationToken ct) => api.ExperimentAsync(experiment, ct);

    public async Task<ArmProgress> RunAsync(Guid run, CancellationToken ct)
    {
        var details = await api.RunAsync(run, ct);
        return new ArmProgress(
            ServerViews.ProgressOf(details),
            details.Run.FinishedAt - details.Run.RequestedAt,
            details.Stages.Sum(s => s.Reused),
            details.Stages.Sum(s => s.Done + s.Leased + s.Pending + s.Failed),
            ServerRun.FailureOf(details));
    }
}

using ZiGong.Cli.Hosting;
using ZiGong.Credit.Subjects;
using ZiGong.Hosting;
using ZiGong.Influence.Fidelity;
using ZiGong.Ingest;
using ZiGong.Models;
using ZiGong.Storage;

namespace ZiGong.AllInOne.Fidelity;

/// <summary>A fidelity experiment from the tables to what was found; nothing of the tables is stored.</summary>
internal static class FidelityMeasuring
{
    public static async Task<FidelityResult> RunAsync(FidelityOrder order, PipelineOptions options, Action<int, int, string> progress, CancellationToken ct)
    {
        SubjectHasher hasher;
        await using (var source = PipelineDatabase.Open(options.Database))
        {
            await PipelineDatabase.MigrateAsync(source, ct);
            hasher = await SubjectKey.OpenAsync(options.SubjectKeyFile, source, ct);
        }

        var samples = FidelityData.Read(order.Descriptor, order.Files, hasher, ct);
        var data = FidelityData.Of(order.Descriptor, samples, order.Settings, order.Options.Snapshot);
        var artifacts = new ArtifactStore(options.Artifacts);
        var experiment = new FidelityExperiment(
            data, order.Settings, order.Options, artifacts, new ModelStore(artifacts, ComputeDevice.Of(options)), new KeyedResults(order.Home), options.Workers, progress);
        return await experiment.RunAsync(order.Measures, ct);
    }
}

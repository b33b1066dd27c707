using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using ZiGong.Models;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Results;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Training.Tuning;

/// <summary>LoRA-tunes the base on the templated data set, slice by slice, and writes the adapter in PEFT layout.</summary>
public sealed class AdapterSlices(ArtifactStore artifacts, StoredResults results, ModelStore models, Encoders encoders, BaseModels bases)
{
    /// <summary>The last slice ends with the adapter, any other with what the next one goes on from.</summary>
    public async Task<ResultWork> TuneAsync(UnitContext unit, int slice, CancellationToken ct)
    {
        var options = unit.Options.Tuning;
        var dataset = await unit.ResultOfAsync<DatasetSummary>(Stage.Dataset, "dataset", ct);
        var before = slice == 0 ? null : await unit.ResultOfAsync<TrainerStateSummary>(Stage.Tuning, Units.Slice(slice - 1), ct);
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var baseModel = await bases.RequireAsync(options.Base, snapshot.Encoding, unit.Options, ct);
        var key = await KeyAsync(unit.Options, dataset.Content, snapshot, baseModel, ct);
        var total = BatchOrder.Steps(dataset.Summary.Instructions, options.BatchSize, options.Epochs, options.MinimumSteps);
        var place = new Place(slice, before?.Summary.Step ?? 0, total, before?.Content, baseModel);
        var end = Math.Min(total, place.Step + options.SliceSteps);
        return end == total || (!unit.Recompute && await results.FindAsync(unit.Db, key, afresh: false, ct) is not null)
            ? Whole(unit, key, dataset.Content, place)
            : Part(unit, key, dataset.Content, place, end);
    }

    private async Task<string> KeyAsync(RunOptions options, string dataset, SnapshotRow snapshot, string baseModel, CancellationToken ct) => ContentHash.Of(
        "adapter", $"{CodeVersions.Tuning}", dataset, await encoders.NameOfAsync(baseModel, ct), await encoders.ReadsAsAsync(snapshot, baseModel, options, ct),
        $"{options.Seed}", RunOptionsReader.ForKeys(options.Tuning with { Base = await encoders.NameOfAsync(options.Tuning.Base, ct) }));

    private ResultWork<AdapterSummary> Whole(UnitContext unit, string key, string dataset, Place place) => new(
        key,
        CodeVersions.Tuning,
        async ct =>
        {
            var (adapter, loss) = await TrainAsync(unit, dataset, place, place.Total, training => WriteAdapterAsync(training.Model, place.Base, ct), ct);
            return new Made<AdapterSummary>(ResultKind.Folder, adapter, new AdapterSummary(place.Base, place.Total, loss));
        },
        result =>
        {
            var (run, generation, uri) = (unit.Run.RunId, unit.Run.Generation, artifacts.FolderUri(result.Content).AbsoluteUri);
            return new Told(
                new AdapterSliceTrained(run, generation, place.Slice, "", (int)result.Summary.Steps, result.Summary.Loss, result.Content, uri),
                new AdapterTrained(run, generation, result.Content, uri, result.Summary.Loss));
        });

    /// <summary>A state is known by the adapter it leads to and the steps behind it: where slices are cut changes nothing.</summary>
    private ResultWork<TrainerStateSummary> Part(UnitContext unit, string key, string dataset, Place place, int end) => new(
        ContentHash.Of("tuning state", key, $"{end}"),
        CodeVersions.Tuning,
        async ct =>
        {
            var (state, loss) = await TrainAsync(unit, dataset, place, end, training => training.SaveAsync(artifacts, ct), ct);
            return new Made<TrainerStateSummary>(ResultKind.Folder, state, new TrainerStateSummary(end, loss));
        },
        result => new Told(new AdapterSliceTrained(
            unit.Run.RunId, unit.Run.Generation, place.Slice, result.Content, result.Summary.Step, result.Summary.Loss, Adapter: "", AdapterUri: "")));

    private async Task<(string Saved, double Loss)> TrainAsync(
        UnitContext unit, string dataset, Place place, int end, Func<LoraTraining, Task<string>> save, CancellationToken ct)
    {
        var options = unit.Options.Tuning;
        var examples = await TemplatedDataset.ReadAsync(await artifacts.RequireAsync(dataset, ct), ct);
        using var training = await LoraTraining.OpenAsync(
            models, artifacts, place.Base, LoraOptions(options), SeededRandom.Derive((ulong)unit.Options.Seed, "adapter"),
            new AdamWOptions(WeightDecay: options.WeightDecay), options.ClipNorm, place.State, ct);
        var order = new BatchOrder(examples.Count, options.BatchSize, SeededRandom.Derive((ulong)unit.Options.Seed, "tuning"));
        var warmUp = (long)Math.Round(place.Total * options.Warmup);
        var loss = 0.0;
        for (var step = place.Step; step < end; step++)
        {
            ct.ThrowIfCancellationRequested();
            loss += training.Step(examples, order.At(step), LearningRate.Cosine(step, options.LearningRate, warmUp, place.Total));
            unit.Report(step + 1 - place.Step, end - place.Step);
        }

        return (await save(training), loss / Math.Max(1, end - place.Step));
    }

    private static LoraOptions LoraOptions(TuningOptions options) =>
        new(options.Rank, options.Alpha, options.Targets.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private async Task<string> WriteAdapterAsync(MistralModel model, string baseModel, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("zigong-adapter-").FullName;
        try
        {
            PeftAdapter.Save(model, folder, baseModel);
            return await artifacts.PutFolderAsync(folder, ct);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <param name="Step">Steps behind it.</param>
    /// <param name="Total">Steps of the whole tuning.</param>
    /// <param name="State">Artifact of the trainer's state that it goes on from; null at the beginning.</param>
    private sealed record Place(int Slice, int Step, int Total, string? State, string Base);
}

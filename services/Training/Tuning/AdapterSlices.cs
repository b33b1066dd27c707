using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using ZiGong.Models;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Training.Tuning;

/// <summary>LoRA-tunes the base on the templated data set, slice by slice, and writes the adapter in PEFT layout.</summary>
public sealed class AdapterSlices(ArtifactStore artifacts, ModelStore models, Encoders encoders, BaseModels bases)
{
    public async Task<UnitResult> TuneAsync(UnitContext unit, int slice, CancellationToken ct)
    {
        var options = unit.Options.Tuning;
        var state = await RunState.ReadAsync(unit.Db, unit.Run.RunId, ct);
        var before = state.Slices<AdapterSliceTrained>(Stage.Tuning).Take(slice).LastOrDefault();
        var dataset = state.Outcome<DatasetTemplated>(Stage.Dataset, "dataset")!.Dataset;
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var baseModel = await bases.RequireAsync(options.Base, snapshot.Encoding, unit.Options, ct);
        IReadOnlyList<Example>? examples = null;
        if (unit.Run.Kind == RunKind.Experiment)
        {
            // Arms often keep the same samples under other scores, which the data set's file names: what is learnt from is the same then.
            examples = await TemplatedDataset.ReadAsync(await artifacts.RequireAsync(dataset, ct), ct);
            dataset = ContentHash.Of(["examples", .. examples.Select(e => $"{e.AnswerStart}:{string.Join(',', e.Tokens)}")]);
        }

        var key = ContentHash.Of(
            "adapter", $"{CodeVersions.Tuning}", dataset, await encoders.NameOfAsync(baseModel, ct),
            await encoders.ReadsAsAsync(snapshot, baseModel, unit.Options, ct), $"{unit.Options.Seed}",
            RunOptionsReader.ForKeys(options with { Base = await encoders.NameOfAsync(options.Base, ct) }));
        if (before is null && !unit.Recompute && await FindAsync(unit.Db, key, ct) is { } found)
        {
            return Finished(unit, slice, found, reused: true);
        }

        examples ??= await TemplatedDataset.ReadAsync(await artifacts.RequireAsync(dataset, ct), ct);
        using var training = await LoraTraining.OpenAsync(
            models, artifacts, baseModel, LoraOptions(options), SeededRandom.Derive((ulong)unit.Options.Seed, "adapter"),
            new AdamWOptions(WeightDecay: options.WeightDecay), options.ClipNorm, before?.State, ct);
        var (step, loss) = Advance(unit, training, examples, before?.Step ?? 0, ct);
        if (step < Steps(options, examples.Count))
        {
            var saved = await training.SaveAsync(artifacts, ct);
            return new UnitResult(
                new AdapterSliceTrained(unit.Run.RunId, unit.Run.Generation, slice, saved, step, loss, "", ""), Artifacts: [saved]);
        }

        var adapter = await WriteAdapterAsync(training.Model, baseModel, ct);
        var fresh = new AdapterRow { AdapterKey = key, Artifact = adapter, Base = baseModel, Steps = step, Loss = loss };
        return Finished(unit, slice, FirstWins.Kept(unit, await FindAsync(unit.Db, key, ct), fresh, r => r.Artifact), reused: false);
    }

    private static LoraOptions LoraOptions(TuningOptions options) =>
        new(options.Rank, options.Alpha, options.Targets.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static int Steps(TuningOptions options, int examples) =>
        BatchOrder.Steps(examples, options.BatchSize, options.Epochs, options.MinimumSteps);

    private static (int Step, double Loss) Advance(UnitContext unit, LoraTraining training, IReadOnlyList<Example> examples, int from, CancellationToken ct)
    {
        var options = unit.Options.Tuning;
        var order = new BatchOrder(examples.Count, options.BatchSize, SeededRandom.Derive((ulong)unit.Options.Seed, "tuning"));
        var total = Steps(options, examples.Count);
        var warmUp = (long)Math.Round(total * options.Warmup);
        var end = Math.Min(total, from + options.SliceSteps);
        var loss = 0.0;
        for (var step = from; step < end; step++)
        {
            ct.ThrowIfCancellationRequested();
            loss += training.Step(examples, order.At(step), LearningRate.Cosine(step, options.LearningRate, warmUp, total));
            unit.Report(step + 1 - from, end - from);
        }

        return (end, loss / Math.Max(1, end - from));
    }

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

    private UnitResult Finished(UnitContext unit, int slice, AdapterRow row, bool reused)
    {
        var uri = artifacts.FolderUri(row.Artifact).AbsoluteUri;
        return new UnitResult(
            new AdapterSliceTrained(unit.Run.RunId, unit.Run.Generation, slice, "", (int)row.Steps, row.Loss, row.Artifact, uri),
            (db, ct) => reused ? Task.CompletedTask : SaveAsync(db, row, ct),
            [row.Artifact],
            reused,
            [new AdapterTrained(unit.Run.RunId, unit.Run.Generation, row.Artifact, uri, row.Loss)]);
    }

    private async Task SaveAsync(PipelineDb db, AdapterRow row, CancellationToken ct)
    {
        var there = await db.Adapters.SingleOrDefaultAsync(a => a.AdapterKey == row.AdapterKey, ct);
        if (there is not null && !await FirstWins.ReplacesAsync(row.Artifact, there.Artifact, artifacts.HasFolderAsync, ct))
        {
            return;
        }

        await db.Adapters.Where(a => a.AdapterKey == row.AdapterKey).ExecuteDeleteAsync(ct);
        db.Adapters.Add(row);
        await db.SaveChangesAsync(ct);
    }

    private async Task<AdapterRow?> FindAsync(PipelineDb db, string key, CancellationToken ct) =>
        await db.Adapters.SingleOrDefaultAsync(a => a.AdapterKey == key, ct) is { } row && await artifacts.HasFolderAsync(row.Artifact, ct) ? row : null;
}

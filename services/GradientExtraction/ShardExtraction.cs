using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Hosting;
using ZiGong.Influence.Gradients;
using ZiGong.Mistral.Backward;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.GradientExtraction;

/// <summary>The gradients of one shard at one checkpoint, stored as one artifact.</summary>
public sealed class ShardExtraction(ArtifactStore artifacts, Encoders encoders, ExtractorPool extractors)
{
    public async Task<UnitResult> ExtractAsync(UnitContext unit, string checkpointId, string shard, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var checkpoint = await unit.Db.Checkpoints.SingleAsync(c => c.CheckpointId == checkpointId, ct);
        checkpoint.Base = Bases.PlaceOf(checkpoint.Base, unit.Options.Agent.Base);
        var samples = await unit.Db.ScorableAsync(snapshot.SnapshotId, shard, unit.Options.Snapshot.IsCapped, ct);
        var options = unit.Options.Gradients;
        var key = GradientKeys.Of(checkpoint, shard, await encoders.ReadsAsAsync(snapshot, checkpoint.Base, unit.Options, ct), unit.Options, samples);
        var stored = await FindAsync(unit, key, ct);
        if (!unit.Recompute && stored is not null)
        {
            return Result(unit, stored, reused: true);
        }

        var encoder = await encoders.EncoderAsync(unit.Db, snapshot, checkpoint.Base, unit.Options, ct);
        var tokenized = samples.Select(s => Tokenize(s, encoder)).ToList();
        var loaded = await extractors.RentAsync(checkpoint, options, ct);
        ExtractedShard? written = null;
        string artifact;
        try
        {
            artifact = await artifacts.PutAsync(
                (stream, token) =>
                {
                    written = Write(stream, loaded.Extractor, tokenized, options, unit, token);
                    return Task.CompletedTask;
                },
                ct);
        }
        finally
        {
            extractors.Return(loaded);
        }

        var fresh = new GradientShardRow
        {
            GradientKey = key,
            CheckpointId = checkpointId,
            ShardId = shard,
            Artifact = artifact,
            Samples = samples.Count,
            MeanLoss = written!.MeanLoss,
            SketchError = written.Sketch?.Error,
            SketchSpearman = written.Sketch?.Spearman,
            SketchOverlap = written.Sketch?.Overlap,
        };
        return Result(unit, FirstWins.Kept(unit, stored, fresh, r => r.Artifact), reused: false);
    }

    private static TokenizedSample Tokenize(Sample sample, IPromptEncoder encoder)
    {
        var prompt = encoder.Encode(sample);
        return new TokenizedSample(sample.Id, [.. prompt.Prompt, .. prompt.Answers[prompt.Truth]], prompt.Prompt.Length);
    }

    private static ExtractedShard Write(Stream stream, GradientExtractor extractor, List<TokenizedSample> samples, GradientOptions options, UnitContext unit, CancellationToken ct)
    {
        var sketch = options.Sketch == SketchKind.None ? null : new CountSketch(options.Width, GradientKeys.SketchSeed, extractor.Blocks);
        var writer = new GradientFileWriter(
            stream, sketch is null ? GradientStorage.Single : GradientStorage.ScaledHalf, samples.Count, sketch?.Buckets ?? extractor.Dimension);
        var audit = new SketchAudit();
        var (done, losses) = (0, 0.0);
        extractor.Extract(
            samples,
            sketch,
            (entry, row, exact) =>
            {
                writer.Append(entry, row);
                if (sketch is not null && !audit.IsFull)
                {
                    audit.Add(exact, row, entry.Norm);
                }

                losses += entry.Loss;
                unit.Report(++done, samples.Count);
            },
            ct);
        writer.Complete();
        return new ExtractedShard(losses / samples.Count, audit.Report());
    }

    private UnitResult Result(UnitContext unit, GradientShardRow row, bool reused) => new(
        new ShardGradientsExtracted(unit.Run.RunId, unit.Run.Generation, row.CheckpointId, row.ShardId, row.Samples),
        (db, ct) => reused ? Task.CompletedTask : SaveAsync(db, row, ct),
        [row.Artifact, row.GradientKey],
        reused);

    private async Task SaveAsync(PipelineDb db, GradientShardRow row, CancellationToken ct)
    {
        var there = await db.GradientShards.SingleOrDefaultAsync(g => g.GradientKey == row.GradientKey, ct);
        if (there is not null && !await FirstWins.ReplacesAsync(row.Artifact, there.Artifact, artifacts.VerifyAsync, ct))
        {
            return;
        }

        await db.GradientShards.Where(g => g.GradientKey == row.GradientKey).ExecuteDeleteAsync(ct);
        db.GradientShards.Add(row);
        await db.SaveChangesAsync(ct);
    }

    private async Task<GradientShardRow?> FindAsync(UnitContext unit, string key, CancellationToken ct) =>
        await unit.Db.GradientShards.SingleOrDefaultAsync(g => g.GradientKey == key, ct) is { } row && await artifacts.IsWholeAsync(unit, row.Artifact, ct) ? row : null;

    private sealed record ExtractedShard(double MeanLoss, SketchError? Sketch);
}

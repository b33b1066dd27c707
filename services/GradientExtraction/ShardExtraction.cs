using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Hosting;
using ZiGong.Influence.Gradients;
using ZiGong.Mistral.Backward;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Results;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.GradientExtraction;

/// <summary>The gradients of one shard at one checkpoint, stored as one artifact.</summary>
public sealed class ShardExtraction(ArtifactStore artifacts, Encoders encoders, ExtractorPool extractors)
{
    public async Task<ResultWork> ExtractAsync(UnitContext unit, string checkpointId, string shard, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var stored = await unit.Db.CheckpointAsync(checkpointId, ct);
        var checkpoint = stored with { Base = Bases.PlaceOf(stored.Base, unit.Options.Agent.Base) };
        var samples = await unit.Db.ScorableAsync(snapshot.SnapshotId, shard, unit.Options.Snapshot.IsCapped, ct);
        var readsAs = await encoders.ReadsAsAsync(snapshot, checkpoint.Base, unit.Options, ct);
        return new ResultWork<GradientSummary>(
            KeyOf(checkpoint, shard, readsAs, unit.Options.Gradients, samples),
            CodeVersions.Gradients,
            async token =>
            {
                var encoder = await encoders.EncoderAsync(unit.Db, snapshot, checkpoint.Base, unit.Options, token);
                var (artifact, written) = await ExtractAsync(unit, checkpoint, [.. samples.Select(s => Tokenize(s, encoder))], token);
                var summary = new GradientSummary(
                    checkpointId, shard, samples.Count, written.MeanLoss, written.Sketch?.Error, written.Sketch?.Spearman, written.Sketch?.Overlap);
                return new Made<GradientSummary>(ResultKind.File, artifact, summary);
            },
            _ => new Told(Outcome: null));
    }

    /// <param name="readsAs">What the agent's prompts consist of; see <see cref="Encoders.ReadsAsAsync"/>.</param>
    private static string KeyOf(Checkpoint checkpoint, string shard, string readsAs, GradientOptions options, IEnumerable<Sample> samples) => ContentHash.Of(
    [
        "gradients", $"{CodeVersions.Gradients}", checkpoint.Id, checkpoint.State, shard, readsAs, $"{options.Sketch}", $"{options.Width}",
        $"{options.MicroBatch}",
        .. samples.Select(s => s.Id),
    ]);

    private async Task<(string Artifact, ExtractedShard Written)> ExtractAsync(
        UnitContext unit, Checkpoint checkpoint, List<TokenizedSample> samples, CancellationToken ct)
    {
        var loaded = await extractors.RentAsync(checkpoint, unit.Options.Gradients, ct);
        ExtractedShard? written = null;
        try
        {
            var artifact = await artifacts.PutAsync(
                (stream, token) =>
                {
                    written = Write(stream, loaded.Extractor, samples, unit.Options.Gradients, unit, token);
                    return Task.CompletedTask;
                },
                ct);
            return (artifact, written!);
        }
        finally
        {
            extractors.Return(loaded);
        }
    }

    private static TokenizedSample Tokenize(Sample sample, IPromptEncoder encoder)
    {
        var prompt = encoder.Encode(sample);
        return new TokenizedSample(sample.Id, [.. prompt.Prompt, .. prompt.Answers[prompt.Truth]], prompt.Prompt.Length);
    }

    private static ExtractedShard Write(
        Stream stream, GradientExtractor extractor, List<TokenizedSample> samples, GradientOptions options, UnitContext unit, CancellationToken ct)
    {
        var sketch = options.Sketch == SketchKind.None ? null : new CountSketch(options.Width, CountSketch.SharedSeed, extractor.Blocks);
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

    private sealed record ExtractedShard(double MeanLoss, SketchError? Sketch);
}

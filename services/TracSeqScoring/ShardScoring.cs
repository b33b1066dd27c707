using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Hosting;
using ZiGong.Influence;
using ZiGong.Influence.Gradients;
using ZiGong.ModelFiles;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Results;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.TracSeqScoring;

/// <summary>Partial scores p_i(z) = η_i · ⟨g_i(z), r_i⟩ of one shard at one checkpoint; the decay is applied later.</summary>
public sealed class ShardScoring(ArtifactStore artifacts)
{
    public async Task<ResultWork> ScoreAsync(UnitContext unit, string checkpointId, string shard, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var checkpoint = await unit.Db.CheckpointAsync(checkpointId, ct);
        var gradients = (await unit.GradientsAsync(checkpointId, [shard], ct))[0];
        var reference = await unit.ResultOfAsync<ReferenceSummary>(Stage.Reference, checkpointId, ct);
        var key = KeyOf(gradients.Key, reference.Key, checkpoint, unit.Options.TracSeq);
        return new ResultWork<PartialsSummary>(
            $"{key:N}",
            CodeVersions.Partials,
            async token =>
            {
                var rows = await ComputeAsync(
                    unit, key, checkpoint, gradients.Content, reference.Content, await TaskOffsetsAsync(unit, snapshot, shard, token), token);
                return new Made<PartialsSummary>(ResultKind.Rows, HashOf(rows), new PartialsSummary(rows.Count))
                {
                    Rows = rows.Count, Save = (db, t) => SaveAsync(db, key, rows, t),
                };
            },
            _ => new Told(Outcome: null));
    }

    private static Guid KeyOf(string gradientKey, string referenceKey, Checkpoint checkpoint, TracSeqOptions options) => ContentHash.ToGuid(ContentHash.Id(
        "partial", $"{CodeVersions.Partials}", gradientKey, referenceKey, $"{checkpoint.LearningRate:R}", $"{options.Similarity}", $"{options.Optimizer}"));

    private async Task<List<PartialScoreRow>> ComputeAsync(
        UnitContext unit, Guid key, Checkpoint checkpoint, string gradients, string reference, IReadOnlyDictionary<string, int> tasks, CancellationToken ct)
    {
        var vector = await ReferenceAveraging.ReadAsync(artifacts, reference, ct);
        var moments = await MomentsAsync(unit, checkpoint, ct);
        using var file = GradientFile.Open(await artifacts.RequireAsync(gradients, ct));
        using var flushed = Denormals.Flush();
        var row = new float[file.Dimension];
        var rows = new List<PartialScoreRow>(file.Count);
        for (var i = 0; i < file.Count; i++)
        {
            ct.ThrowIfCancellationRequested();
            file.Read(i, row);
            var entry = file.Entries[i];
            moments?.Apply(row);
            var own = vector.AsSpan(tasks.GetValueOrDefault(entry.SampleId) * file.Dimension, file.Dimension);
            var value = PartialScore.Of(
                entry.SampleId, row, own, checkpoint.LearningRate, unit.Options.TracSeq.Similarity, moments is null ? entry.Norm : null);
            rows.Add(new PartialScoreRow { ScoreKey = key, SampleId = ContentHash.ToGuid(entry.SampleId), Value = value, Loss = entry.Loss });
            unit.Report(i + 1, file.Count);
        }

        return rows;
    }

    /// <summary>Which of the reference's vectors each sample is measured against, by its task's place in the descriptor; empty where there is one.</summary>
    private static async Task<IReadOnlyDictionary<string, int>> TaskOffsetsAsync(UnitContext unit, SnapshotRow snapshot, string shard, CancellationToken ct)
    {
        var tasks = DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor").Tasks.Select(t => t.Task).ToList();
        return tasks.Count == 1
            ? new Dictionary<string, int>()
            : await unit.Db.Samples.Where(s => s.ShardId == shard).ToDictionaryAsync(
                s => ContentHash.FromGuid(s.SampleId), s => tasks.IndexOf(s.Task), StringComparer.Ordinal, ct);
    }

    private async Task<CheckpointMoments?> MomentsAsync(UnitContext unit, Checkpoint checkpoint, CancellationToken ct)
    {
        if (unit.Options.TracSeq.Optimizer == GradientOptimizer.Sgd)
        {
            return null;
        }

        return unit.Options.Gradients.Sketch == SketchKind.None
            ? CheckpointMoments.Read(Path.Combine(await artifacts.RequireFolderAsync(checkpoint.State, ct), TrainerState.MomentsFile), checkpoint.Step)
            : throw new InputException("TracSeq:Optimizer=Adam needs every coordinate of the gradients: set Gradients:Sketch=None");
    }

    private static string HashOf(List<PartialScoreRow> rows) =>
        ContentHash.Of(rows.OrderBy(r => r.SampleId).Select(r => $"{r.SampleId:N} {r.Value:R} {r.Loss:R}"));

    private static async Task SaveAsync(PipelineDb db, Guid key, List<PartialScoreRow> rows, CancellationToken ct)
    {
        await db.PartialScores.Where(p => p.ScoreKey == key).ExecuteDeleteAsync(ct);
        await BulkCopy.WriteAsync(
            (NpgsqlConnection)db.Database.GetDbConnection(),
            "zigong.partial_scores (score_key, sample_id, value, loss)",
            rows,
            [NpgsqlDbType.Uuid, NpgsqlDbType.Uuid, NpgsqlDbType.Double, NpgsqlDbType.Double],
            r => [r.ScoreKey, r.SampleId, r.Value, r.Loss],
            ct);
    }
}

using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Hosting;
using ZiGong.Influence.Rules;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Selection;

/// <summary>Keeps the most influential samples and a random draw from the rest.</summary>
public sealed class SampleSelecting(ArtifactStore artifacts)
{
    public async Task<UnitResult> SelectAsync(UnitContext unit, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var (partials, scores) = await RunScores.ReadAsync(unit.Db, unit.Run.RunId, snapshot, unit.Options.TracSeq, ct);
        var members = (await unit.Db.MembersAsync(snapshot.SnapshotId, Side.Train, ct)).ToDictionary(m => m.Sample.Id, m => m.Sample);
        var descriptor = DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor");
        var scored = partials.Samples.Select((s, i) => (Sample: members[ContentHash.FromGuid(s.SampleId)], s.Losses, Influence: scores.Values[i]))
            .Select(s => (s.Sample, Score: SelectionScore.Of(unit.Options.Selection.By, s.Sample, s.Influence, s.Losses)))
            .Select(s => new ScoredSample(s.Sample.Id, s.Sample.Task, descriptor.ClassOf(s.Sample), s.Score))
            .ToList();
        var options = unit.Options.Selection;
        var outcome = TopKWithRandom.Select(
            scored,
            new SelectionPolicy(options.Size, options.TopShare, options.Quota, options.ExcludeNegative),
            SeededRandom.Derive((ulong)unit.Options.Seed, "selection"));
        var artifact = await artifacts.PutAsync(SelectionFile.Write(outcome.Members), ct);
        var row = new SelectionRow
        {
            SelectionKey = ContentHash.Of("selection", $"{CodeVersions.Selection}", snapshot.SnapshotId, artifact),
            Artifact = artifact,
            Kept = outcome.Members.Count,
            Top = outcome.Members.Count(m => m.Reason == SelectionReason.Top),
            Random = outcome.Members.Count(m => m.Reason == SelectionReason.Random),
            Guarded = outcome.Members.Count(m => m.Reason == SelectionReason.ClassGuard),
        };
        return new UnitResult(
            new SamplesSelected(unit.Run.RunId, unit.Run.Generation, artifact, row.Kept, row.Top, row.Random),
            (db, token) => SaveAsync(db, row, outcome.Members, token),
            [artifact, row.SelectionKey]);
    }

    private static async Task SaveAsync(PipelineDb db, SelectionRow row, IReadOnlyList<SelectionMember> members, CancellationToken ct)
    {
        if (await db.Selections.AnyAsync(s => s.SelectionKey == row.SelectionKey, ct))
        {
            return;
        }

        db.Selections.Add(row);
        await db.SaveChangesAsync(ct);
        await BulkCopy.WriteAsync(
            (NpgsqlConnection)db.Database.GetDbConnection(),
            "zigong.selection_members (selection_key, sample_id, rank, score, reason)",
            members,
            [NpgsqlDbType.Text, NpgsqlDbType.Uuid, NpgsqlDbType.Integer, NpgsqlDbType.Double, NpgsqlDbType.Text],
            m => [row.SelectionKey, ContentHash.ToGuid(m.Id), m.Rank, m.Score, SelectionFile.NameOf(m.Reason)],
            ct);
    }
}

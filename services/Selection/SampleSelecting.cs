using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Hosting;
using ZiGong.Influence.Rules;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Results;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Selection;

/// <summary>Keeps the most influential samples and a random draw from the rest.</summary>
public sealed class SampleSelecting(ArtifactStore artifacts)
{
    public async Task<ResultWork> SelectAsync(UnitContext unit, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        await unit.ResultOfAsync<ScoresSummary>(Stage.Scores, "scores", ct);
        var scores = await unit.Db.ScoresAsync(unit.Run.RunId, ct);
        var key = ContentHash.Of(
            "selection", $"{CodeVersions.Selection}", scores.Key, $"{unit.Options.Seed}", RunOptionsReader.ForKeys(unit.Options.Selection));
        return new ResultWork<SelectionSummary>(
            key,
            CodeVersions.Selection,
            token => MakeAsync(unit, key, snapshot, scores, token),
            result => new Told(new SamplesSelected(
                unit.Run.RunId, unit.Run.Generation, result.Content, result.Summary.Kept, result.Summary.Top, result.Summary.Random)))
        {
            IsLookedUp = false,
        };
    }

    private async Task<Made<SelectionSummary>> MakeAsync(UnitContext unit, string key, SnapshotRow snapshot, StoredScores scores, CancellationToken ct)
    {
        var options = unit.Options.Selection;
        var samples = (await unit.Db.MembersAsync(snapshot.SnapshotId, Side.Train, ct)).ToDictionary(m => m.Sample.Id, m => m.Sample);
        var descriptor = DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor");

        // Nothing but a selection by loss looks at losses.
        var losses = options.By == SelectionBasis.Loss
            ? (await unit.Db.PartialsAsync(unit.Run.RunId, snapshot.SnapshotId, ct)).Samples.ToDictionary(s => s.SampleId, s => s.Losses)
            : null;
        var scored = scores.Samples.Select(s => (Sample: samples[ContentHash.FromGuid(s.SampleId)], s.SampleId, s.Score))
            .Select(s => new ScoredSample(
                s.Sample.Id, s.Sample.Task, descriptor.ClassOf(s.Sample), SelectionScore.Of(options.By, s.Sample, s.Score, losses?[s.SampleId] ?? [])))
            .ToList();
        var members = TopKWithRandom.Select(
            scored,
            new SelectionPolicy(options.Size, options.TopShare, options.Quota, options.ExcludeNegative),
            SeededRandom.Derive((ulong)unit.Options.Seed, "selection")).Members;
        int Count(SelectionReason reason) => members.Count(m => m.Reason == reason);
        return new Made<SelectionSummary>(
            ResultKind.File,
            await artifacts.PutAsync(SelectionFile.Write(members), ct),
            new SelectionSummary(members.Count, Count(SelectionReason.Top), Count(SelectionReason.Random), Count(SelectionReason.ClassGuard)))
        {
            Save = (db, token) => SaveAsync(db, key, members, token),
        };
    }

    private static async Task SaveAsync(PipelineDb db, string key, IReadOnlyList<SelectionMember> members, CancellationToken ct)
    {
        await db.SelectionMembers.Where(m => m.SelectionKey == key).ExecuteDeleteAsync(ct);
        await BulkCopy.WriteAsync(
            (NpgsqlConnection)db.Database.GetDbConnection(),
            "zigong.selection_members (selection_key, sample_id, rank, score, reason)",
            members,
            [NpgsqlDbType.Text, NpgsqlDbType.Uuid, NpgsqlDbType.Integer, NpgsqlDbType.Double, NpgsqlDbType.Text],
            m => [key, ContentHash.ToGuid(m.Id), m.Rank, m.Score, SelectionFile.NameOf(m.Reason)],
            ct);
    }
}

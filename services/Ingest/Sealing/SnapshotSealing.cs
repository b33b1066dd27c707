using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Splits;
using ZiGong.Hosting;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Ingest.Sealing;

/// <summary>
/// Freezes what a run looks at: shards up to now, which sample counts on which side, the agent's periods, and the encoding, which
/// only a full run fits anew (on its training side alone).
/// </summary>
public sealed class SnapshotSealing(NpgsqlDataSource source, ArtifactStore artifacts, ModelStore models)
{
    public async Task<UnitResult> SealAsync(UnitContext unit, CancellationToken ct)
    {
        var descriptor = DescriptorFile.Parse(unit.Run.Descriptor, $"the descriptor of run {unit.Run.RunId}");
        if (unit.Run.SnapshotId is { } sealedBefore)
        {
            return await RestoreAsync(unit, descriptor, sealedBefore, ct);
        }

        await ShardCutting.RunAsync(source, descriptor.Name, ct);
        var rows = await unit.Db.Samples
            .Where(s => s.Dataset == descriptor.Name && s.ShardId != null && s.SupersededBy == null)
            .OrderBy(s => s.Sequence)
            .ToListAsync(ct);
        var samples = rows.ConvertAll(r => r.ToSample());
        var options = SplitOptions.From(descriptor) with { MaxPeriods = unit.Options.Snapshot.Periods };
        var plan = SplitPlanner.Plan(
            [.. samples.Select((s, i) => SampleHeader.Of(s, rows[i].Sequence) with { Answer = descriptor.Answer.ClassOf(s.Answer) })], options, SeededRandom.Derive((ulong)unit.Options.Snapshot.SplitSeed, "split"));
        var encoding = await EncodingAsync(unit, descriptor, [.. samples.Where((_, i) => plan.Sides[i] == Side.Train)], ct);
        var snapshot = Describe(unit.Run, plan, rows, encoding);
        return new UnitResult(Outcome(unit, snapshot), (db, token) => SaveAsync(db, unit.Run.RunId, snapshot, rows, plan, token), [encoding]);
    }

    /// <summary>
    /// A run's snapshot never changes: when its encoding was damaged, only that is made again, from the frozen members, and it has
    /// to be the same.
    /// </summary>
    private async Task<UnitResult> RestoreAsync(UnitContext unit, DatasetDescriptor descriptor, string snapshotId, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == snapshotId, ct);
        if (!await artifacts.HasAsync(snapshot.Encoding, ct))
        {
            var training = (await unit.Db.MembersAsync(snapshotId, Side.Train, ct)).Select(m => m.Sample).ToList();
            var again = await artifacts.PutAsync(SampleEncoding.Fit(descriptor, training, new EncodingOptions(unit.Options.Snapshot.Bins)).ToJson(), ct);
            if (again != snapshot.Encoding)
            {
                throw new InvalidDataException($"the encoding {snapshot.Encoding} of snapshot {snapshotId} is lost and cannot be made again; start a new run");
            }
        }

        return new UnitResult(Outcome(unit, snapshot), Artifacts: [snapshot.Encoding]);
    }

    private static SnapshotSealed Outcome(UnitContext unit, SnapshotRow snapshot) => new(
        unit.Run.RunId, unit.Run.Generation, snapshot.SnapshotId, snapshot.Training, snapshot.Reference, snapshot.Test,
        snapshot.TrainingShards.Union(snapshot.ReferenceShards).Count());

    private async Task<string> EncodingAsync(UnitContext unit, DatasetDescriptor descriptor, IReadOnlyList<Sample> training, CancellationToken ct)
    {
        if (unit.Run.Kind == "nightly")
        {
            var last = await unit.Db.Snapshots.Where(s => s.Dataset == descriptor.Name).OrderByDescending(s => s.SealedAt).Select(s => s.Encoding).FirstOrDefaultAsync(ct);
            if (last is not null)
            {
                await models.EncodingAsync(last, ct);
                return last;
            }
        }

        var encoding = SampleEncoding.Fit(descriptor, training, new EncodingOptions(unit.Options.Snapshot.Bins));
        return await artifacts.PutAsync(encoding.ToJson(), ct);
    }

    private static SnapshotRow Describe(RunRow run, SplitPlan plan, IReadOnlyList<SampleRow> rows, string encoding)
    {
        var periods = JsonSerializer.Serialize(plan.Periods.Select(p => new { Name = NameOf(p), Time = p.Months, p.Samples }));
        var members = rows.Select((r, i) => $"{r.SampleId:N} {(int)plan.Sides[i]} {plan.PeriodOf[i]}").Order(StringComparer.Ordinal);
        return new SnapshotRow
        {
            SnapshotId = ContentHash.Of(["snapshot", run.Descriptor, encoding, periods, $"{plan.AsOfMonths:R}", .. members]),
            Dataset = run.Dataset,
            Descriptor = run.Descriptor,
            Watermark = rows[^1].Sequence,
            AsOf = plan.AsOfMonths,
            Periods = periods,
            DecayIdentified = plan.DecayIdentified,
            Encoding = encoding,
            TrainingShards = ShardsOf(Side.Train),
            ReferenceShards = ShardsOf(Side.Reference),
            Training = plan.Count(Side.Train),
            Reference = plan.Count(Side.Reference),
            Test = plan.Count(Side.Test),
            Notes = JsonSerializer.Serialize(plan.Notes),
        };

        string[] ShardsOf(Side side) => [.. rows.Where((_, i) => plan.Sides[i] == side).Select(r => r.ShardId!).Distinct()];
    }

    private static string NameOf(SplitPeriod period) => period is { From: { } from, End: { } end }
        ? $"{from:yyyy-MM} to {end.AddDays(-1):yyyy-MM}"
        : $"part {period.Index + 1}";

    private static async Task SaveAsync(PipelineDb db, Guid runId, SnapshotRow snapshot, IReadOnlyList<SampleRow> rows, SplitPlan plan, CancellationToken ct)
    {
        if (!await db.Snapshots.AnyAsync(s => s.SnapshotId == snapshot.SnapshotId, ct))
        {
            db.Snapshots.Add(snapshot);
            await db.SaveChangesAsync(ct);
            await BulkCopy.WriteAsync(
                (NpgsqlConnection)db.Database.GetDbConnection(),
                "zigong.snapshot_members (snapshot_id, sample_id, side, period)",
                rows.Select((r, i) => (r.SampleId, Side: plan.Sides[i], Period: plan.PeriodOf[i])),
                [NpgsqlDbType.Text, NpgsqlDbType.Uuid, NpgsqlDbType.Smallint, NpgsqlDbType.Integer],
                m => [snapshot.SnapshotId, m.SampleId, (short)m.Side, m.Period],
                ct);
        }

        await db.Runs.Where(r => r.RunId == runId).ExecuteUpdateAsync(set => set.SetProperty(r => r.SnapshotId, snapshot.SnapshotId), ct);
    }
}

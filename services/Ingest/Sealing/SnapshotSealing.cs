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
using ZiGong.Pipeline;
using ZiGong.Pipeline.Results;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Ingest.Sealing;

/// <summary>
/// Freezes what a run looks at: shards up to now, which sample counts on which side, the agent's periods, and the encoding, which
/// only a full run fits anew (on its training side alone).
/// </summary>
public sealed class SnapshotSealing(NpgsqlDataSource source, ArtifactStore artifacts, StoredResults results, Encoders encoders)
{
    public async Task<UnitResult> SealAsync(UnitContext unit, CancellationToken ct)
    {
        var descriptor = DescriptorFile.Parse(unit.Run.Descriptor, $"the descriptor of run {unit.Run.RunId}");
        if (unit.Run.SnapshotId is { } sealedBefore)
        {
            return await RestoreAsync(unit, descriptor, sealedBefore, ct);
        }

        var plan = await PlanAsync(unit.Db, unit.Run.Descriptor, descriptor, unit.Options.Snapshot, isNightly: unit.Run.Kind == RunKind.Nightly, ct);
        return new UnitResult(
            Outcome(unit, plan.Snapshot),
            async (db, token) =>
            {
                await SaveAsync(db, plan, token);
                await db.Runs.Where(r => r.RunId == unit.Run.RunId).ExecuteUpdateAsync(
                    set => set.SetProperty(r => r.SnapshotId, plan.Snapshot.SnapshotId), token);
            },
            ProductOf(plan.Snapshot));
    }

    /// <summary>
    /// The snapshot of what is stored now, for several runs that are to look at the same: sealed, or found where the same data were sealed before.
    /// </summary>
    /// <param name="descriptorText">The data set's descriptor as YAML.</param>
    /// <exception cref="InputException">The data cannot be split like this.</exception>
    public async Task<SnapshotRow> SealAsync(string descriptorText, SnapshotOptions options, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        var descriptor = DescriptorFile.Parse(descriptorText, "the descriptor");
        var plan = await PlanAsync(db, descriptorText, descriptor, options, isNightly: false, ct);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        // In the order in which a run's commit writes them: two that seal the same wait for each other at the result.
        await results.AddAsync(db, ProductOf(plan.Snapshot), ct);
        await SaveAsync(db, plan, ct);
        await transaction.CommitAsync(ct);
        return plan.Snapshot;
    }

    private async Task<SnapshotPlan> PlanAsync(
        PipelineDb db, string descriptorText, DatasetDescriptor descriptor, SnapshotOptions options, bool isNightly, CancellationToken ct)
    {
        await ShardCutting.RunAsync(source, descriptor.Name, ct);
        var rows = await db.Samples
            .Where(s => s.Dataset == descriptor.Name && s.ShardId != null && s.SupersededBy == null && s.WithdrawnAt == null)
            .OrderBy(s => s.Sequence)
            .ToListAsync(ct);
        var samples = rows.ConvertAll(r => r.ToSample());
        var split = SplitOptions.From(descriptor) with
        {
            MaxPeriods = options.Periods,
            MaximumTraining = options.MaximumTraining,
            MaximumReference = options.MaximumReference,
            MaximumTest = options.MaximumTest,
            Folds = options.Folds,
            Fold = options.Fold,
        };
        var plan = SplitPlanner.Plan(
            [.. samples.Select((s, i) => SampleHeader.Of(s, rows[i].Sequence) with { Answer = descriptor.ClassOf(s) })], split,
            SeededRandom.Derive((ulong)options.SplitSeed, "split"));
        var encoding = await EncodingAsync(
            db, descriptor, options, isNightly, [.. samples.Where((s, i) => plan.Sides[i] == Side.Train && IsPrimary(s, descriptor))], ct);
        return new SnapshotPlan(Describe(descriptorText, descriptor.Name, plan, rows, encoding), rows, plan);
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
            var training = (await unit.Db.MembersAsync(snapshotId, Side.Train, ct)).Select(m => m.Sample).Where(s => IsPrimary(s, descriptor)).ToList();
            var again = await artifacts.PutAsync(SampleEncoding.Fit(descriptor, training, new EncodingOptions(unit.Options.Snapshot.Bins)).ToJson(), ct);
            if (again != snapshot.Encoding)
            {
                throw new InvalidDataException($"the encoding {snapshot.Encoding} of snapshot {snapshotId} is lost and cannot be made again; start a new run");
            }
        }

        return new UnitResult(Outcome(unit, snapshot), Result: ProductOf(snapshot));
    }

    /// <summary>Bins are fitted on the primary task's samples: those of further tasks are the same rows again.</summary>
    private static bool IsPrimary(Sample sample, DatasetDescriptor descriptor) => descriptor.MoreTasks.Count == 0 || sample.Task == descriptor.Task;

    private static UnitProduct ProductOf(SnapshotRow snapshot) => new(new ResultRow
    {
        Key = snapshot.SnapshotId,
        Stage = nameof(Stage.Snapshot),
        Kind = ResultKind.File,
        Content = snapshot.Encoding,
        Summary = JsonSerializer.Serialize(new SnapshotSummary(snapshot.Training, snapshot.Reference, snapshot.Test)),
        Version = CodeVersions.Encoding,
    });

    private static SnapshotSealed Outcome(UnitContext unit, SnapshotRow snapshot) => new(
        unit.Run.RunId, unit.Run.Generation, snapshot.SnapshotId, snapshot.Training, snapshot.Reference, snapshot.Test,
        snapshot.TrainingShards.Union(snapshot.ReferenceShards).Count());

    private async Task<string> EncodingAsync(
        PipelineDb db, DatasetDescriptor descriptor, SnapshotOptions options, bool isNightly, IReadOnlyList<Sample> training, CancellationToken ct)
    {
        if (isNightly)
        {
            // The small snapshots of experiments have encodings of their own, which no champion reads.
            var last = await db.Snapshots
                .Where(s => s.Dataset == descriptor.Name && db.Runs.Any(r => r.SnapshotId == s.SnapshotId && r.Kind != RunKind.Experiment))
                .OrderByDescending(s => s.SealedAt).Select(s => s.Encoding).FirstOrDefaultAsync(ct);
            if (last is not null)
            {
                await encoders.EncodingAsync(last, ct);
                return last;
            }
        }

        var encoding = SampleEncoding.Fit(descriptor, training, new EncodingOptions(options.Bins));
        return await artifacts.PutAsync(encoding.ToJson(), ct);
    }

    private static SnapshotRow Describe(string descriptor, string dataset, SplitPlan plan, IReadOnlyList<SampleRow> rows, string encoding)
    {
        var periods = JsonSerializer.Serialize(plan.Periods.Select(p => new SnapshotPeriod(NameOf(p), p.Months, p.Samples)));
        var members = rows.Select((r, i) => $"{r.SampleId:N} {(int)plan.Sides[i]} {plan.PeriodOf[i]}").Order(StringComparer.Ordinal);
        return new SnapshotRow
        {
            SnapshotId = ContentHash.Of(["snapshot", descriptor, encoding, periods, $"{plan.AsOfMonths:R}", .. members]),
            Dataset = dataset,
            Descriptor = descriptor,
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

    private static async Task SaveAsync(PipelineDb db, SnapshotPlan sealing, CancellationToken ct)
    {
        var (snapshot, rows, plan) = sealing;
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
    }

    private sealed record SnapshotPlan(SnapshotRow Snapshot, IReadOnlyList<SampleRow> Rows, SplitPlan Split);
}

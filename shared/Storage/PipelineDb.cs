using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Storage.Entities;

namespace ZiGong.Storage;

/// <summary>The pipeline's database, schema <c>zigong</c>. Rows are read through it; bulk rows go in by <see cref="BulkCopy"/>.</summary>
public sealed class PipelineDb(DbContextOptions<PipelineDb> options) : DbContext(options)
{
    public DbSet<SubjectRow> Subjects => Set<SubjectRow>();

    public DbSet<SubjectKeyRow> SubjectKey => Set<SubjectKeyRow>();

    public DbSet<SampleRow> Samples => Set<SampleRow>();

    public DbSet<FileRow> Files => Set<FileRow>();

    public DbSet<FileSamplesRow> FileSamples => Set<FileSamplesRow>();

    public DbSet<RejectionRow> Rejections => Set<RejectionRow>();

    public DbSet<ShardRow> Shards => Set<ShardRow>();

    public DbSet<SnapshotRow> Snapshots => Set<SnapshotRow>();

    public DbSet<SnapshotMemberRow> SnapshotMembers => Set<SnapshotMemberRow>();

    public DbSet<RunRow> Runs => Set<RunRow>();

    public DbSet<RunRequestRow> RunRequests => Set<RunRequestRow>();

    public DbSet<WorkUnitRow> WorkUnits => Set<WorkUnitRow>();

    public DbSet<ResultRow> Results => Set<ResultRow>();

    public DbSet<PartialScoreRow> PartialScores => Set<PartialScoreRow>();

    public DbSet<ScoreShardRow> Scores => Set<ScoreShardRow>();

    public DbSet<SelectionMemberRow> SelectionMembers => Set<SelectionMemberRow>();

    public DbSet<EvaluationRow> Evaluations => Set<EvaluationRow>();

    public DbSet<RegisteredModel> Models => Set<RegisteredModel>();

    public DbSet<PipelineEventRow> PipelineEvents => Set<PipelineEventRow>();

    public DbSet<EventCounterRow> EventCounter => Set<EventCounterRow>();

    public DbSet<AuditRow> Audit => Set<AuditRow>();

    public DbSet<PipelineSwitchRow> PipelineSwitch => Set<PipelineSwitchRow>();

    public DbSet<DeadLetterRow> DeadLetters => Set<DeadLetterRow>();

    public DbSet<UploadRow> Uploads => Set<UploadRow>();

    public DbSet<ExperimentRow> Experiments => Set<ExperimentRow>();

    public DbSet<ExperimentArmRow> ExperimentArms => Set<ExperimentArmRow>();

    public DbSet<ExperimentOrderRow> ExperimentOrders => Set<ExperimentOrderRow>();

    /// <summary>The database's clock, inside queries: leases and times of completion must not depend on a worker's clock.</summary>
    [DbFunction("clock_timestamp", IsBuiltIn = true)]
    public static DateTimeOffset Now() => throw new InvalidOperationException("only inside a query");

    public static void Configure(DbContextOptionsBuilder builder, NpgsqlDataSource source) =>
        ConfigureForMigrations(builder, source).UseSnakeCaseNamingConvention();

    /// <summary>The table of migrations keeps EF Core's own names, which the convention would change under databases that have it.</summary>
    public static DbContextOptionsBuilder ConfigureForMigrations(DbContextOptionsBuilder builder, NpgsqlDataSource source) =>
        builder
            .UseNpgsql(source, npgsql => npgsql.MigrationsHistoryTable("migrations", "zigong"))
            .UseQueryTrackingBehavior(QueryTrackingBehavior.NoTracking)
            // The schema is hand-written SQL; there is no snapshot of the model to compare it with. A test does that on a real server.
            .ConfigureWarnings(w => w.Ignore(RelationalEventId.PendingModelChangesWarning));

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema("zigong");
        modelBuilder.HasDbFunction(() => Now());
        MapTables(modelBuilder);
        MapColumns(modelBuilder);
    }

    private static void MapTables(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<SubjectRow>().ToTable("subjects").HasKey(r => r.Subject);
        modelBuilder.Entity<SubjectKeyRow>().ToTable("subject_key").HasKey(r => r.Name);
        modelBuilder.Entity<SampleRow>().ToTable("samples").HasKey(r => r.SampleId);
        modelBuilder.Entity<SampleRow>().Property(r => r.Arrival).ValueGeneratedOnAdd();
        modelBuilder.Entity<FileRow>().ToTable("files").HasKey(r => r.FileId);
        modelBuilder.Entity<FileSamplesRow>().ToTable("file_samples").HasKey(r => new { r.FileId, r.Part });
        modelBuilder.Entity<RejectionRow>().ToTable("rejections").HasKey(r => r.RejectionId);
        modelBuilder.Entity<ShardRow>().ToTable("shards").HasKey(r => r.ShardId);
        modelBuilder.Entity<SnapshotRow>().ToTable("snapshots").HasKey(r => r.SnapshotId);
        modelBuilder.Entity<SnapshotMemberRow>().ToTable("snapshot_members").HasKey(r => new { r.SnapshotId, r.SampleId });
        modelBuilder.Entity<RunRow>().ToTable("runs").HasKey(r => r.RunId);
        modelBuilder.Entity<RunRequestRow>().ToTable("run_requests").HasKey(r => new { r.Actor, r.IdempotencyKey });
        modelBuilder.Entity<WorkUnitRow>().ToTable("work_units").HasKey(r => new { r.RunId, r.Stage, r.Unit });
        modelBuilder.Entity<ResultRow>().ToTable("results").HasKey(r => r.Key);
        modelBuilder.Entity<PartialScoreRow>().ToTable("partial_scores").HasKey(r => new { r.ScoreKey, r.SampleId });
        modelBuilder.Entity<ScoreShardRow>().ToTable("scores").HasKey(r => new { r.ScoreKey, r.ShardId });
        modelBuilder.Entity<SelectionMemberRow>().ToTable("selection_members").HasKey(r => new { r.SelectionKey, r.SampleId });
        modelBuilder.Entity<EvaluationRow>().ToTable("evaluations").HasKey(r => r.EvaluationKey);
        modelBuilder.Entity<RegisteredModel>().ToTable("models").HasKey(r => r.ModelId);
        modelBuilder.Entity<PipelineEventRow>().ToTable("pipeline_events").HasKey(r => r.Sequence);
        modelBuilder.Entity<EventCounterRow>().ToTable("event_counter").HasKey(r => r.Name);
        modelBuilder.Entity<AuditRow>().ToTable("audit").HasKey(r => r.AuditId);
        modelBuilder.Entity<PipelineSwitchRow>().ToTable("pipeline_switch").HasKey(r => r.Name);
        modelBuilder.Entity<DeadLetterRow>().ToTable("dead_letters").HasKey(r => r.Id);
        modelBuilder.Entity<UploadRow>().ToTable("uploads").HasKey(r => r.UploadId);
        modelBuilder.Entity<ExperimentRow>().ToTable("experiments").HasKey(r => r.Id);
        modelBuilder.Entity<ExperimentArmRow>().ToTable("experiment_arms").HasKey(r => new { r.ExperimentId, r.Arm, r.Seed, r.Fold });
        modelBuilder.Entity<ExperimentOrderRow>().ToTable("experiment_orders").HasKey(r => r.OrderId);
    }

    private static void MapColumns(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<ExperimentOrderRow>().Property(r => r.OrderedAt).ValueGeneratedOnAdd();
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()))
        {
            if (property.ClrType.IsEnum && property.Name is "Status" or "State" && property.ClrType.IsEnum)
            {
                property.SetProviderClrType(typeof(string));
            }

            if (JsonColumns.Contains(property.Name) && property.ClrType == typeof(string) && property.DeclaringType.ClrType != typeof(RejectionRow))
            {
                property.SetColumnType("jsonb");
            }
        }

        modelBuilder.Entity<ResultRow>().Property(r => r.Kind).HasConversion(new LowerCaseNames<ResultKind>());
        modelBuilder.Entity<RunRow>().Property(r => r.Kind).HasConversion(new LowerCaseNames<RunKind>());
        modelBuilder.Entity<RegisteredModel>().Property(r => r.State).HasConversion(new LowerCaseNames<ModelState>());
        modelBuilder.Entity<SnapshotRow>().Property(r => r.Descriptor).HasColumnType("text");
        foreach (var side in new[] { "Pool", "Side" })
        {
            foreach (var property in modelBuilder.Model.GetEntityTypes().Select(e => e.FindProperty(side))
                .OfType<Microsoft.EntityFrameworkCore.Metadata.IMutableProperty>())
            {
                property.SetProviderClrType(typeof(short));
            }
        }
    }

    private static readonly HashSet<string> JsonColumns =
        ["Fields", "Periods", "Notes", "Options", "Failure", "Output", "Payload", "Details", "Metrics", "Report", "Plan", "Summary", "Request"];
}

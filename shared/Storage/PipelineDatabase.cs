using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ZiGong.Storage;

/// <summary>Advisory locks that the pipeline takes, all in one place so that two uses never share a number.</summary>
public static class AdvisoryLocks
{
    public const long Migrations = 0x5A47_0001;
    public const long EmbeddedHost = 0x5A47_0002;
    public const long Sweeper = 0x5A47_0003;
    public const long Events = 0x5A47_0004;
    public const long Sealing = 0x5A47_0005;
    public const long Experiments = 0x5A47_0006;
    public const long Keying = 0x5A47_0010;
    public const long ExperimentSweeper = 0x5A47_0013;
}

/// <summary>Opening and migrating the pipeline's database.</summary>
public static class PipelineDatabase
{
    public static NpgsqlDataSource Open(string connectionString)
    {
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.ConnectionStringBuilder.ApplicationName ??= "zigong";
        var timeout = builder.ConnectionStringBuilder.CommandTimeout;
        builder.ConnectionStringBuilder.CommandTimeout = timeout == 0 ? 0 : Math.Max(timeout, 300); // 0 is as long as it takes
        return builder.Build();
    }

    public static PipelineDb NewContext(NpgsqlDataSource source)
    {
        var builder = new DbContextOptionsBuilder<PipelineDb>();
        PipelineDb.Configure(builder, source);
        return new PipelineDb(builder.Options);
    }

    /// <summary>Brings the schema up to date; hosts that start together wait for each other under an advisory lock.</summary>
    public static async Task MigrateAsync(NpgsqlDataSource source, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await using (var take = new NpgsqlCommand("select pg_advisory_lock($1); ", connection) { Parameters = { new() { Value = AdvisoryLocks.Migrations } } })
        {
            await take.ExecuteNonQueryAsync(ct);
        }

        try
        {
            await using (var schema = new NpgsqlCommand("create schema if not exists zigong", connection))
            {
                await schema.ExecuteNonQueryAsync(ct);
            }

            var options = new DbContextOptionsBuilder<PipelineDb>();
            PipelineDb.ConfigureForMigrations(options, source);
            await using var db = new PipelineDb(options.Options);
            await db.Database.MigrateAsync(ct);
        }
        finally
        {
            await using var release =
                new NpgsqlCommand("select pg_advisory_unlock($1)", connection) { Parameters = { new() { Value = AdvisoryLocks.Migrations } } };
            await release.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }
}

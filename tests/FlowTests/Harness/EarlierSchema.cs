using Npgsql;
using ZiGong.Storage;

namespace ZiGong.FlowTests.Harness;

/// <summary>A database as an earlier version left it.</summary>
internal static class EarlierSchema
{
    /// <param name="last">Number of the last migration that it has.</param>
    public static async Task MakeAsync(NpgsqlDataSource source, string last)
    {
        await ExecuteAsync(source, "drop schema zigong cascade; create schema zigong");
        await ExecuteAsync(source, "create table zigong.migrations (\"MigrationId\" varchar(150) primary key, \"ProductVersion\" varchar(32) not null)");
        var assembly = typeof(PipelineDb).Assembly;
        foreach (var name in assembly.GetManifestResourceNames().Where(n => n.EndsWith(".sql", StringComparison.Ordinal)).Order(StringComparer.Ordinal)
            .TakeWhile(n => string.CompareOrdinal(n[..4], last) <= 0))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            await ExecuteAsync(source, await reader.ReadToEndAsync());
            await ExecuteAsync(source, $"insert into zigong.migrations values ('{name[..^4]}', '10')");
        }
    }

    private static async Task ExecuteAsync(NpgsqlDataSource source, string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}

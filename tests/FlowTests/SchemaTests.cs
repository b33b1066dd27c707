using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using Shouldly;
using Xunit;
using ZiGong.FlowTests.Harness;
using ZiGong.Storage;

namespace ZiGong.FlowTests;

/// <summary>The schema is written by hand: here it is compared with what the code believes of it.</summary>
[Collection("light")]
public sealed class SchemaTests : IAsyncLifetime
{
    private static readonly string[] Tables =
    [
        "subjects", "subject_key", "samples", "files", "file_samples", "rejections", "shards", "snapshots", "snapshot_members", "runs", "work_units",
        "results", "partial_scores", "scores", "selection_members", "evaluations",
        "models", "pipeline_events", "event_counter", "audit",
        "pipeline_switch", "dead_letters",
        "uploads", "experiments", "experiment_arms", "experiment_orders", "run_requests",
    ];

    private Lab _lab = null!;

    public async Task InitializeAsync() => _lab = await Lab.NewAsync();

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task Every_table_is_there_and_mapped() =>
        (await NamesAsync("select table_name from information_schema.tables where table_schema = 'zigong' and table_name <> 'migrations'"))
            .ShouldBe(Tables, ignoreOrder: true);

    [Fact]
    public async Task Every_property_is_a_column_of_the_right_type_and_every_column_a_property()
    {
        await using var db = _lab.NewContext();
        var mapped = db.Model.GetEntityTypes()
            .SelectMany(e => e.GetProperties().Select(p => $"{e.GetTableName()}.{p.GetColumnName()} {TypeOf(p)} {(p.IsNullable ? "YES" : "NO")}"));
        var columns = await NamesAsync(
            """
            select table_name || '.' || column_name || ' ' || case data_type
                when 'ARRAY' then case udt_name when '_float8' then 'double precision' else substr(udt_name, 2) end || '[]' else data_type end
                || ' ' || is_nullable
            from information_schema.columns where table_schema = 'zigong' and table_name <> 'migrations'
            """);
        columns.Order(StringComparer.Ordinal).ShouldBe(mapped.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Keys_are_the_ones_that_the_code_believes_in()
    {
        await using var db = _lab.NewContext();
        var believed = db.Model.GetEntityTypes()
            .Select(e => $"{e.GetTableName()}({string.Join(',', e.FindPrimaryKey()!.Properties.Select(p => p.GetColumnName()))})");
        var keys = await NamesAsync(
            """
            select c.table_name || '(' || string_agg(k.column_name, ',' order by k.ordinal_position) || ')'
            from information_schema.table_constraints c join information_schema.key_column_usage k using (constraint_schema, constraint_name, table_name)
            where c.table_schema = 'zigong' and c.constraint_type = 'PRIMARY KEY' and c.table_name <> 'migrations'
            group by c.table_name
            """);
        keys.Order(StringComparer.Ordinal).ShouldBe(believed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Migrating_again_changes_nothing()
    {
        var before = await NamesAsync("select \"MigrationId\" from zigong.migrations");
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => PipelineDatabase.MigrateAsync(_lab.Source, default)));
        (await NamesAsync("select \"MigrationId\" from zigong.migrations")).ShouldBe(before);
    }

    [Fact]
    public async Task A_data_set_has_one_champion()
    {
        const string Champion = "insert into zigong.models values ('{0}', 'd', gen_random_uuid(), 1, '', '', '', '', 'champion', '{{}}')";
        await _lab.ExecuteAsync(string.Format(Champion, "one"));
        var e = await Should.ThrowAsync<Npgsql.PostgresException>(() => _lab.ExecuteAsync(string.Format(Champion, "two")));
        e.SqlState.ShouldBe("23505");
    }

    private static string TypeOf(IProperty property) => property.GetColumnType() switch
    {
        "character varying" => "text",
        var type => type,
    };

    private async Task<List<string>> NamesAsync(string sql)
    {
        await using var command = _lab.Source.CreateCommand(sql);
        await using var rows = await command.ExecuteReaderAsync();
        var names = new List<string>();
        while (await rows.ReadAsync())
        {
            names.Add(rows.GetString(0));
        }

        return names;
    }
}

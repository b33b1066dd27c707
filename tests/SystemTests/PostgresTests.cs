using Npgsql;
using Shouldly;
using Xunit;
using ZiGong.Storage;
using ZiGong.Testing;

namespace ZiGong.SystemTests;

public sealed class PostgresTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task The_schema_is_created_once_by_hosts_that_start_together()
    {
        await using var source = PipelineDatabase.Open(await server.NewDatabaseAsync());

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => PipelineDatabase.MigrateAsync(source, CancellationToken.None)));

        await using var db = PipelineDatabase.NewContext(source);
        db.Runs.Count().ShouldBe(0);
    }

    [Fact]
    public async Task A_killed_server_comes_back_with_what_was_committed()
    {
        var connection = await server.NewDatabaseAsync();
        await using (var source = NpgsqlDataSource.Create(connection))
        await using (var command = source.CreateCommand("create table kept (n int); insert into kept values (7)"))
        {
            await command.ExecuteNonQueryAsync();
        }

        server.Kill();
        NpgsqlConnection.ClearAllPools();
        server.Restart();

        await using var again = NpgsqlDataSource.Create(connection);
        await using var read = again.CreateCommand("select n from kept");
        (await read.ExecuteScalarAsync()).ShouldBe(7);
    }
}

using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.AllInOne;
using ZiGong.Cli;
using ZiGong.Cli.Hosting;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Hosting.Embedded;
using ZiGong.Storage;
using ZiGong.Storage.Entities;
using ZiGong.Testing;

namespace ZiGong.UnitTests.Hosting.Embedded;

public sealed class EmbeddedHostTests(PostgresServer server) : IClassFixture<PostgresServer>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zigong-host-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_follower_takes_over_when_the_host_that_worked_is_gone()
    {
        var options = await OptionsAsync();
        var first = await AllServices.StartAsync(options, default);
        await using var second = await AllServices.StartAsync(options, default);
        var asked = second.Services;
        (first.IsFollower, second.IsFollower).ShouldBe((false, true));

        await second.TakeOverAsync(default);
        second.IsFollower.ShouldBeTrue();
        second.Services.ShouldBeSameAs(asked, "no host is built while another has the lock");

        await first.DisposeAsync();
        await second.TakeOverAsync(default);
        second.IsFollower.ShouldBeFalse();
        await using var third = await AllServices.StartAsync(options, default);
        third.IsFollower.ShouldBeTrue("the lock went over with the work");
    }

    [Fact]
    public async Task Only_leases_of_embedded_hosts_are_given_back()
    {
        var options = await OptionsAsync();
        await using var source = PipelineDatabase.Open(options.Database);
        await PipelineDatabase.MigrateAsync(source, default);
        var run = new RunRow
        {
            RunId = Guid.CreateVersion7(), Kind = RunKind.Full, Dataset = "german", Descriptor = "", Options = RunOptionsReader.Write(new RunOptions()),
            Status = RunStatus.Running, CodeVersion = "test", RequestedAt = new DateTimeOffset(2026, 3, 10, 12, 0, 0, TimeSpan.Zero),
        };
        await using (var db = PipelineDatabase.NewContext(source))
        {
            db.Runs.Add(run);
            await db.SaveChangesAsync();
            foreach (var worker in new[] { "embedded/host/1", "host/2" })
            {
                await db.Database.ExecuteSqlAsync(
                    $"""
                    insert into zigong.work_units (run_id, stage, unit, state, generation, worker, lease_token, lease_expires_at)
                    values ({run.RunId}, 'Gradients', {worker}, 'Leased', {run.Generation}, {worker}, {run.RunId}, now() + interval '1 hour')
                    """);
            }
        }

        await using var @lock = new EmbeddedLock(options.Database);
        (await @lock.TryTakeAsync(default)).ShouldBeTrue();
        await @lock.ReleaseLeasesAsync(default);

        await using var after = PipelineDatabase.NewContext(source);
        var units = await after.WorkUnits.ToDictionaryAsync(u => u.Unit, u => u.State);
        units["embedded/host/1"].ShouldBe(UnitState.Pending);
        units["host/2"].ShouldBe(UnitState.Leased, "a separate service is at work on it");
    }

    [Fact]
    public async Task A_released_lock_can_be_taken_by_another_and_again()
    {
        var database = await server.NewDatabaseAsync();
        await using var first = new EmbeddedLock(database);
        await using var second = new EmbeddedLock(database);

        (await first.TryTakeAsync(default)).ShouldBeTrue();
        (await second.TryTakeAsync(default)).ShouldBeFalse();
        await first.ReleaseAsync();
        (await second.TryTakeAsync(default)).ShouldBeTrue();
        (await first.TryTakeAsync(default)).ShouldBeFalse();
    }

    private async Task<PipelineOptions> OptionsAsync() => new()
    {
        Database = await server.NewDatabaseAsync(),
        Artifacts = Path.Combine(_folder, "artifacts"),
        SubjectKeyFile = Path.Combine(_folder, "subject.key"),
    };
}

using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.FlowTests.Harness;
using ZiGong.Storage.Entities;
using ZiGong.Testing;

namespace ZiGong.FlowTests;

/// <summary>A database server of its own, which goes away in the middle of a run.</summary>
[Collection("runs")]
public sealed class OutageTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task A_run_outlives_a_killed_database()
    {
        await using var lab = await Lab.NewAsync(server);
        lab.Options.LeaseSeconds = 3;
        await lab.IngestPortfolioAsync();
        await using var host = await lab.StartAsync();
        var run = await lab.RequestAsync(host);
        await lab.UntilAsync(async db => await db.WorkUnits.CountAsync(u => u.State == UnitState.Done) >= 3 ? "" : null, "three finished units");

        server.Kill();
        await Task.Delay(700);
        server.Restart();

        await lab.EndAsync(run);
        (await lab.UnitsAsync(run)).ShouldAllBe(u => u.State == UnitState.Done && u.Attempts == 0);
        (await lab.CountAsync("select max(sequence) - count(*) from zigong.pipeline_events")).ShouldBe(0);
        var (reference, undisturbed) = await Lab.FinishedAsync();
        await using var _ = reference;
        (await lab.ProductsAsync(run)).ShouldBe(await reference.ProductsAsync(undisturbed));
    }
}

using Microsoft.EntityFrameworkCore;
using Npgsql;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Storage;
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

    [Fact]
    public async Task A_command_out_of_time_in_a_database_that_answers_nothing_else_counts_no_attempt()
    {
        await using var lab = await Lab.NewAsync(server);
        await using var bench = await Bench.StartAsync(lab, leaseSeconds: 3);
        var order = new CombineScores(await bench.RequestAsync(), 1);
        var unit = new UnitKey(Stage.Scores, "scores");

        await Should.ThrowAsync<Exception>(() => bench.Stages.RunAsync(
            order, unit,
            async (context, _) =>
            {
                server.Kill();

                // A server process that is at work notices a little later.
                await lab.UntilAsync(async _ => await AnswersAsync(context.Db) ? null : "", "a database that is away");
                throw new NpgsqlException("Exception while reading from stream", new TimeoutException());
            },
            default));
        server.Restart();

        var row = await lab.UntilAsync(db => db.WorkUnits.SingleOrDefaultAsync(), "the unit");
        (row.Attempts, row.Error).ShouldBe((0, null));
    }

    private static async Task<bool> AnswersAsync(PipelineDb db)
    {
        try
        {
            return await db.Runs.AnyAsync();
        }
        catch (Exception e) when (Outage.OfDatabase(e))
        {
            return false;
        }
    }
}

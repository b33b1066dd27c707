using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage.Entities;
using ZiGong.Testing;

namespace ZiGong.FlowTests;

/// <summary>Same shards, options and seed: the same bytes, wherever and however the run is made.</summary>
[Collection("runs")]
public sealed class DeterminismTests
{
    [Fact]
    public async Task Two_pipelines_that_know_nothing_of_each_other_make_the_same_bytes()
    {
        var (first, run) = await Lab.FinishedAsync();
        await using var _ = first;
        await using var second = await Lab.NewAsync();
        second.Options.Workers = 1;
        await second.IngestPortfolioAsync();

        (await second.ProductsAsync(await second.RunAsync())).ShouldBe(await first.ProductsAsync(run));
    }

    [Fact]
    public async Task A_run_that_is_killed_again_and_again_makes_the_same_bytes_and_does_every_unit_once()
    {
        var (reference, undisturbed) = await Lab.FinishedAsync();
        await using var _ = reference;
        await using var lab = await Lab.IngestedAsync();
        var run = await RequestOnlyAsync(lab);
        var random = new SeededRandom(20);
        for (var kill = 0; kill < 3; kill++)
        {
            // Seeded points of the run, counted in finished units, so that slow and fast machines are hit alike.
            var finished = await FinishedAsync(lab, run);
            await KillAfterAsync(lab, run, finished + 1 + random.NextInt(5));
        }

        var before = (await lab.UnitsAsync(run)).Where(u => u.State == UnitState.Done).ToDictionary(u => (u.Stage, u.Unit), u => u.FinishedAt);
        before.ShouldNotBeEmpty();
        await lab.ResumeAsync(run);

        (await lab.ProductsAsync(run)).ShouldBe(await reference.ProductsAsync(undisturbed));
        var after = (await lab.UnitsAsync(run)).ToDictionary(u => (u.Stage, u.Unit), u => u.FinishedAt);
        after.Keys.ShouldBe((await reference.UnitsAsync(undisturbed)).Select(u => (u.Stage, u.Unit)), ignoreOrder: true);
        before.Where(done => after[done.Key] != done.Value).ShouldBeEmpty();
        (await lab.CountAsync("select count(*) - count(distinct (type, unit)) from zigong.pipeline_events")).ShouldBe(0);
        (await lab.CountAsync("select max(sequence) - count(*) from zigong.pipeline_events")).ShouldBe(0);
        (await lab.CountAsync("select count(*) from zigong.partial_scores")).ShouldBe(await reference.CountAsync("select count(*) from zigong.partial_scores"));
    }

    [Fact]
    public async Task Stopping_cleanly_and_resuming_redoes_nothing_that_was_finished()
    {
        var (reference, undisturbed) = await Lab.FinishedAsync();
        await using var _ = reference;
        await using var lab = await Lab.IngestedAsync();
        Guid run;
        await using (var host = await lab.StartAsync())
        {
            run = await lab.RequestAsync(host);
            await UnitsFinishedAsync(lab, run, 4);
        }

        var stopped = await lab.UnitsAsync(run);
        stopped.Where(u => u.State != UnitState.Done).ShouldAllBe(u => u.State == UnitState.Pending && u.LeaseToken == null && u.Attempts == 0);
        stopped.ShouldNotContain(u => u.Stage == nameof(Stage.Model));
        await lab.ResumeAsync(run);

        var ended = (await lab.UnitsAsync(run)).ToDictionary(u => (u.Stage, u.Unit), u => u.FinishedAt);
        stopped.Where(u => u.State == UnitState.Done && ended[(u.Stage, u.Unit)] != u.FinishedAt).ShouldBeEmpty();
        (await lab.ProductsAsync(run)).ShouldBe(await reference.ProductsAsync(undisturbed));
    }

    [Fact]
    public async Task Ctrl_C_ends_the_command_with_130_and_leaves_nothing_leased()
    {
        await using var lab = await Lab.IngestedAsync();
        var run = await RequestOnlyAsync(lab);
        using var process = CommandLineProcess.Start(lab, "run", "--resume", run.ToString());
        await lab.UntilAsync(
            async db => await db.WorkUnits.AnyAsync(u => u.RunId == run && u.Stage == nameof(Stage.Agent)) ? "" : null, "the agent's first slice");

        Shell.Run("kill", ["-INT", $"{process.Id}"]);
        await process.WaitForExitAsync();

        process.ExitCode.ShouldBe(130);
        (await lab.UnitsAsync(run)).ShouldNotContain(u => u.State == UnitState.Leased);
        await using var db = lab.NewContext();
        (await db.Runs.SingleAsync()).Status.ShouldBe(RunStatus.Running, "it can be resumed");
    }

    /// <summary>Records a run whose first message is lost at once.</summary>
    private static async Task<Guid> RequestOnlyAsync(Lab lab)
    {
        await using var bench = await Bench.StartAsync(lab);
        return await bench.Services.GetRequiredService<RunRequests>().RequestAsync(Borrowers.Descriptor, Lab.Small, RunKind.Full, default);
    }

    private static async Task KillAfterAsync(Lab lab, Guid run, int units)
    {
        using var process = CommandLineProcess.Start(lab, "run", "--resume", run.ToString());
        try
        {
            while (!process.HasExited && await FinishedAsync(lab, run) < units)
            {
                await Task.Delay(10);
            }
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static Task UnitsFinishedAsync(Lab lab, Guid run, int count) => lab.UntilAsync(
        async _ => await FinishedAsync(lab, run) >= count ? "" : null, $"{count} finished units");

    private static async Task<int> FinishedAsync(Lab lab, Guid run) => (await lab.UnitsAsync(run)).Count(u => u.State == UnitState.Done);
}

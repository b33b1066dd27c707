using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests;

/// <summary>Whole runs that an operator interferes with.</summary>
[Collection("runs")]
public sealed class OperatedRunTests
{
    [Fact]
    public async Task A_run_cancelled_in_its_training_and_replayed_ends_with_the_same_bytes()
    {
        var (undisturbed, first) = await Lab.FinishedAsync();
        await using var _ = undisturbed;
        await using var lab = await Lab.IngestedAsync();
        await using var host = await lab.StartAsync();
        var run = await lab.RequestAsync(host);
        await lab.UntilAsync(
            async db => await db.WorkUnits.FirstOrDefaultAsync(u => u.Stage == nameof(Stage.Agent) && u.State == UnitState.Done), "a trained slice");

        await host.Operations().CancelAsync(run, "", Operators.Actor, default);
        await lab.UntilAsync(async db => await db.WorkUnits.AnyAsync(u => u.State == UnitState.Leased) ? null : "none", "the workers' end");
        var plan = await host.Operations().ReplayAsync(run.From(Stage.Agent, UnitChoice.Missing), Operators.Actor, default);
        await lab.EndAsync(run);

        plan.Stages.Single(s => s.Stage == Stage.Agent).ShouldSatisfyAllConditions(
            s => s.Kept.ShouldBePositive(), s => s.Open.ShouldBePositive(), s => s.Recompute.ShouldBe(0));
        (await lab.CountsAsync(run, plan.Generation)).ShouldBe(plan.Counts());
        (await lab.ProductsAsync(run)).ShouldBe(await undisturbed.ProductsAsync(first));
    }

    [Fact]
    public async Task A_run_asked_for_during_a_pause_begins_when_it_ends()
    {
        await using var lab = await Lab.IngestedAsync();
        await using var host = await lab.StartAsync();
        var pipeline = host.Services.GetRequiredService<PipelineSwitch>();
        await pipeline.PauseAsync("", Operators.Actor, default);
        var run = await lab.RequestAsync(host);
        var waiting = await lab.UntilAsync(async db => await db.WorkUnits.SingleOrDefaultAsync(u => u.RunId == run), "the first order's unit");
        waiting.State.ShouldBe(UnitState.Pending);

        await pipeline.ResumeAsync(Operators.Actor, default);

        await lab.UntilAsync(
            async db => await db.WorkUnits.SingleOrDefaultAsync(u => u.RunId == run && u.Stage == nameof(Stage.Snapshot) && u.State == UnitState.Done),
            "the snapshot");
    }

    [Fact]
    public async Task The_commands_do_the_same_as_the_library()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var standing = await lab.StandingAsync();

        var dry = CommandLineProcess.Run(lab, "replay", "latest", "--from", "selection", "--set", "Selection:TopShare=0.6", "--dry-run");
        dry.ExitCode.ShouldBe(0, dry.Errors);
        dry.Output.ShouldContain("child run");
        dry.Output.ShouldContain("Selection:TopShare changed");
        (await lab.StandingAsync()).ShouldBe(standing);

        var replay = CommandLineProcess.Run(lab, "replay", $"{run}", "--from", "evaluation", "--json");
        replay.ExitCode.ShouldBe(0, replay.Errors);
        replay.Errors.ShouldContain($"Generation 2 of run {run}");
        replay.Output.ShouldContain("\"status\": \"Completed\"");
        CommandLineProcess.Run(lab, "cancel", "latest").ExitCode.ShouldBe(2);
        CommandLineProcess.Run(lab, "retry", "latest").Errors.ShouldContain("nothing to retry");
        CommandLineProcess.Run(lab, "replay", "latest", "--from", "nowhere").Errors.ShouldContain("there is no stage 'nowhere'; stages are ingest, snapshot");
        CommandLineProcess.Run(lab, "pause", "--reason", "moving").ExitCode.ShouldBe(0);
        CommandLineProcess.Run(lab, "runs").Errors.ShouldContain("The pipeline is paused since");
        CommandLineProcess.Run(lab, "resume").Output.ShouldContain("The pipeline runs");
        await lab.ExecuteAsync("insert into zigong.dead_letters (queue, message_type, body, exception) values ('moody', '', 'rubbish'::bytea, 'not JSON')");
        CommandLineProcess.Run(lab, "errors").Output.ShouldContain("moody");
        CommandLineProcess.Run(lab, "errors", "show", "1").Output.ShouldContain("rubbish");
        CommandLineProcess.Run(lab, "errors", "requeue", "1").Errors.ShouldContain("discard it");
        CommandLineProcess.Run(lab, "errors", "discard", "1", "--reason", "sent by a test").ExitCode.ShouldBe(0);
        CommandLineProcess.Run(lab, "errors", "list").Output.ShouldContain("No dead letters");
        (await lab.AuditAsync()).Select(a => a.Action).ShouldBe(["replay", "pause", "resume", "discard"]);
        (await lab.AuditAsync()).ShouldAllBe(a => a.Actor == $"cli:{Environment.UserName}");
    }
}

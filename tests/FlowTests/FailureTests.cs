using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Control;
using ZiGong.FlowTests.Harness;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests;

/// <summary>Runs that cannot succeed: who is told what.</summary>
[Collection("runs")]
public sealed class FailureTests
{
    [Fact]
    public async Task An_artifact_store_that_cannot_be_written_fails_the_run_and_resuming_goes_on_once_it_can()
    {
        await using var lab = await Lab.IngestedAsync();
        await using var host = await lab.StartAsync();
        Directory.CreateDirectory(lab.Options.Artifacts);
        var blocked = Path.Combine(lab.Options.Artifacts, "folders");
        await File.WriteAllTextAsync(blocked, "a file where a folder has to be");
        var run = await lab.RequestAsync(host);

        var over = await lab.OverAsync(run);

        over.Status.ShouldBe(RunStatus.Failed);
        await using var db = lab.NewContext();
        var last = await db.PipelineEvents.OrderBy(e => e.Sequence).LastAsync();
        last.Type.ShouldBe(nameof(StageFailed));
        var failed = JsonSerializer.Deserialize<StageFailed>(last.Payload)!;
        failed.Stage.ShouldBe(nameof(Stage.Agent));
        failed.FailedUnit.ShouldBe(Units.Slice(0));
        failed.Reason.ShouldContain(blocked);
        failed.WhatToDo.ShouldContain($"zigong run --resume {run}");
        (await db.WorkUnits.SingleAsync(u => u.RunId == run && u.State == UnitState.Failed)).Attempts.ShouldBe(lab.Options.MaximumAttempts);

        File.Delete(blocked);
        await host.Services.GetRequiredService<RunRequests>().ResumeAsync(run, default);
        await lab.UntilAsync(
            async look => await look.WorkUnits.SingleOrDefaultAsync(u => u.RunId == run && u.Unit == failed.FailedUnit && u.State == UnitState.Done),
            "the repaired unit");
    }

    [Fact]
    public async Task Labels_that_are_all_equal_end_the_run_at_once_as_bad_input()
    {
        await using var lab = await Lab.NewAsync();
        var file = Borrowers.Write(lab.Folder, "good.csv", Borrowers.Lines.Select(l => l[..^1] + "0"));
        await CheckAsync(lab, file, "All training labels are 'good'");
    }

    [Fact]
    public async Task A_class_that_the_reference_set_lacks_ends_the_run_at_once_as_bad_input()
    {
        await using var lab = await Lab.NewAsync();
        var months = Borrowers.Lines.Select(l => l.Split(',')[1]).Distinct().Order(StringComparer.Ordinal).ToArray();
        var reference = months[^6..^3];
        var file = Borrowers.Write(lab.Folder, "no-bads.csv", Borrowers.Lines.Select(l => reference.Contains(l.Split(',')[1]) ? l[..^1] + "0" : l));
        await CheckAsync(lab, file, "The reference set has no 'bad' sample");
    }

    [Fact]
    public async Task A_run_without_any_samples_says_so()
    {
        await using var lab = await Lab.NewAsync();
        await using var host = await lab.StartAsync();
        var over = await lab.OverAsync(await lab.RequestAsync(host));
        over.Status.ShouldBe(RunStatus.Failed);
        over.Failure!.ShouldContain("There are no samples to split");
        over.Failure!.ShouldContain("\"Input\": true");
    }

    [Fact]
    public async Task Resuming_an_unknown_run_is_an_input_error()
    {
        await using var lab = await Lab.NewAsync();
        await using var bench = await Bench.StartAsync(lab);
        var e = await Should.ThrowAsync<InputException>(
            () => bench.Services.GetRequiredService<RunRequests>().ResumeAsync(new Guid(1, 2, 3, new byte[8]), default));
        e.Message.ShouldContain("there is no run 00000001");
    }

    [Fact]
    public async Task Options_out_of_range_are_refused_before_a_run_exists()
    {
        await using var lab = await Lab.NewAsync();
        await using var bench = await Bench.StartAsync(lab);
        var options = Lab.Small with { Selection = Lab.Small.Selection with { TopShare = 2 } };
        await Should.ThrowAsync<InputException>(
            () => bench.Services.GetRequiredService<RunRequests>().RequestAsync(Borrowers.Descriptor, options, RunKind.Full, default));
        (await lab.CountAsync("select count(*) from zigong.runs")).ShouldBe(0);
    }

    /// <summary>As the user sees it: exit code 2, the message, no stack trace, no second attempt.</summary>
    private static async Task CheckAsync(Lab lab, string file, string message)
    {
        var result = CommandLineProcess.Run(lab, "run", "--dataset", Borrowers.Dataset, file);
        result.ExitCode.ShouldBe(2, result.Errors);
        result.Errors.ShouldContain(message);
        result.Errors.ShouldNotContain("   at ");
        await using var db = lab.NewContext();
        var run = await db.Runs.SingleAsync();
        run.Status.ShouldBe(RunStatus.Failed);
        (await db.WorkUnits.SingleAsync()).Attempts.ShouldBe(1);
        (await db.PipelineEvents.SingleAsync()).Type.ShouldBe(nameof(StageFailed));
    }
}

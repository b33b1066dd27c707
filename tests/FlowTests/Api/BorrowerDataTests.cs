using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Storage.Entities;
using ZiGong.Storage;

namespace ZiGong.FlowTests.Api;

/// <summary>Who may read what is known of single borrowers, and that every read is in the audit.</summary>
[Collection("runs")]
public sealed class BorrowerDataTests
{
    [Fact]
    public async Task Data_sets_are_for_operators_also_when_another_file_took_their_place()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await using var host = await ApiHost.StartAsync(lab);
        using var viewer = host.Client(ApiHost.Viewer);
        using var boss = host.Client();
        var dataset = (await lab.OutcomeAsync<DatasetTemplated>(run, Stage.Dataset, "dataset")).Dataset;

        var refused = await viewer.GetAsync($"/v1/artifacts/{dataset}").AnswerAsync();
        refused.Status.ShouldBe(403);
        refused.Body.ShouldContain("operator");
        await lab.ExecuteAsync("update zigong.results set content = 'another' where stage = 'Dataset'");
        (await viewer.GetAsync($"/v1/artifacts/{dataset}").AnswerAsync()).Status.ShouldBe(403);
        (await lab.AuditAsync()).ShouldBeEmpty("nothing was read");

        (await boss.GetAsync($"/v1/artifacts/{dataset}").AnswerAsync()).Status.ShouldBe(200);
        await ShouldBeNotedAsync(lab, "api:boss", dataset, "DataSet");
    }

    [Fact]
    public async Task What_is_said_of_single_samples_is_read_by_viewers_with_a_note_and_what_says_nothing_without()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await using var host = await ApiHost.StartAsync(lab);
        using var viewer = host.Client(ApiHost.Viewer);
        await using var db = lab.NewContext();
        var snapshot = await db.Snapshots.SingleAsync();
        var selection = (await lab.OutcomeAsync<SamplesSelected>(run, Stage.Selection, "selection")).Selection;
        var gradients = (await db.Results.FirstAsync(r => r.Stage == nameof(Stage.Gradients))).Content;
        var evaluation = (await lab.UnitsAsync(run)).Single(u => u.Stage == nameof(Stage.Evaluation)).Result;
        var predictions = (await db.Results.SingleAsync(r => r.Key == evaluation)).Parts[0];
        var reasons = (await db.ResultOfAsync<DatasetSummary>(run, Stage.Dataset, "dataset", default)).Summary.Reasons;

        (await viewer.GetAsync($"/v1/artifacts/{snapshot.Encoding}").AnswerAsync()).Status.ShouldBe(200);
        (await lab.AuditAsync()).ShouldBeEmpty();
        (await viewer.GetAsync($"/v1/runs/{run}/selection").AnswerAsync()).Status.ShouldBe(200);
        await ShouldBeNotedAsync(lab, "api:clerk", $"{run}", "Selection");
        foreach (var (artifact, what) in new[] { (selection, "Selection"), (gradients, "Gradients"), (predictions, "Predictions"), (reasons, "Selection") })
        {
            (await viewer.GetAsync($"/v1/artifacts/{artifact}").AnswerAsync()).Status.ShouldBe(200);
            await ShouldBeNotedAsync(lab, "api:clerk", artifact, what);
        }
    }

    [Fact]
    public async Task Commands_that_show_samples_with_their_fields_are_noted()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;

        CommandLineProcess.Run(lab, "scores", "latest", "--top", "1").ExitCode.ShouldBe(0);
        await ShouldBeNotedAsync(lab, $"cli:{Environment.UserName}", $"{run}", "scored samples with their fields");
        CommandLineProcess.Run(lab, "report", "latest", "--markdown", "--out", "-").ExitCode.ShouldBe(0);
        await ShouldBeNotedAsync(lab, $"cli:{Environment.UserName}", $"{run}", "report with samples and their fields");
        CommandLineProcess.Run(lab, "show", "latest").ExitCode.ShouldBe(0);
        (await lab.AuditAsync()).Count.ShouldBe(2, "figures of classes are of no borrower");
    }

    /// <summary>The newest note.</summary>
    private static async Task ShouldBeNotedAsync(Lab lab, string actor, string target, string what)
    {
        var note = (await lab.AuditAsync())[^1];
        (note.Actor, note.Action, note.Target, note.Details).ShouldBe((actor, "read", target, $$"""{"What": "{{what}}"}"""));
        (TimeProvider.System.GetUtcNow() - note.OccurredAt).ShouldBeLessThan(TimeSpan.FromMinutes(5));
    }
}

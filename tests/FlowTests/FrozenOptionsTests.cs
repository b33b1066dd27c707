using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Pipeline.Operations;

namespace ZiGong.FlowTests;

/// <summary>A run's options are all in its row.</summary>
[Collection("runs")]
public sealed class FrozenOptionsTests
{
    [Fact]
    public async Task The_row_of_a_run_holds_every_option()
    {
        await using var lab = await Lab.NewAsync();
        await using var bench = await Bench.StartAsync(lab);
        var run = await bench.RequestAsync();
        (await LeavesAsync(lab, run)).Order(StringComparer.Ordinal).ShouldBe(RunOptionsReader.List().Select(o => o.Name).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Evaluation:MinimumPerClass=10", false)]
    [InlineData("Evaluation:MinimumPerClass=11", true)]
    public async Task A_replay_of_a_row_without_an_option_compares_with_what_such_a_row_means(string set, bool child)
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await lab.ExecuteAsync("update zigong.runs set options = options #- '{Evaluation,MinimumPerClass}'");
        await using var bench = await Bench.StartAsync(lab);

        var plan = await bench.Operations().ReplayAsync(run.From(Stage.Evaluation, UnitChoice.All, set), Operators.Actor, default);

        plan.Child.ShouldBe(child);
        (await LeavesAsync(lab, plan.RunId!.Value)).Contains("Evaluation:MinimumPerClass").ShouldBe(child, "a new row holds it, the old one stays as it is");
    }

    private static async Task<IReadOnlyList<string>> LeavesAsync(Lab lab, Guid run)
    {
        await using var db = lab.NewContext();
        var stored = JsonNode.Parse((await db.Runs.SingleAsync(r => r.RunId == run)).Options)!.AsObject();
        return [.. stored.SelectMany(p => p.Value is JsonObject section ? section.Select(o => $"{p.Key}:{o.Key}") : [p.Key])];
    }
}

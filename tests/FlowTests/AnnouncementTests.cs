using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;

namespace ZiGong.FlowTests;

/// <summary>Ends of runs, told to whoever waits for them.</summary>
[Collection("runs")]
public sealed class AnnouncementTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_embedded_command_leaves_the_end_of_a_run_that_services_began_to_their_sweeper(bool overBroker)
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        (await lab.CountAsync("select count(*) from zigong.runs where over_broker")).ShouldBe(0, "it was asked for here");
        await lab.ExecuteAsync($"update zigong.runs set over_broker = {overBroker}");

        await using (var host = await lab.StartAsync())
        {
            await host.Operations().ReplayAsync(run.From(Stage.Model), Operators.Actor, default);
            await lab.EndAsync(run);
        }

        await using var db = lab.NewContext();
        var end = await db.PipelineEvents.SingleAsync(e => e.Generation == 2 && (e.Type == nameof(ModelReady) || e.Type == nameof(ModelRejected)));
        (end.AnnouncedAt is null).ShouldBe(overBroker, "the sweeper of services sends what is not noted as announced");
    }
}

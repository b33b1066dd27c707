using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Storage.Entities;
using ZiGong.SystemTests.Torture;

namespace ZiGong.SystemTests;

/// <summary>Experiments of a whole pipeline of services, over a real broker.</summary>
public sealed class ServerExperimentTests
{
    private static readonly string[] Words =
    [
        "experiment", "mix", "--dataset", Borrowers.Dataset, "--arms", "mix-0", "mix-100", "--seeds", "1",
        .. RunOptionsReader.Changes(new RunOptions(), Lab.Small).SelectMany(name => new[] { "--set", RunOptionsReader.Assignment(Lab.Small, name) }),
    ];

    /// <summary>What is of one making of an experiment alone, and not of what it found.</summary>
    private static readonly string[] OfOneMaking = ["createdAt", "runId", "seconds", "reused", "computed"];

    [Fact]
    public async Task An_experiment_started_with_server_whose_command_is_killed_finishes_and_its_report_equals_the_local_one()
    {
        await using var arena = await Arena.NewAsync();
        arena.Services.Start();
        await arena.Services.ReadyAsync();
        using (var command = CommandLineProcess.StartAt(arena.Services, arena.Lab.Folder, Words))
        {
            await arena.Lab.UntilAsync(async db => await db.ExperimentArms.FirstOrDefaultAsync(), "the first arm");
            command.Kill();
            await command.WaitForExitAsync();
        }

        (await arena.Lab.CountAsync("select count(*) from zigong.runs where status = 'Completed'")).ShouldBe(0, "the command is gone before anything is done");
        var ended = await arena.Lab.UntilAsync(
            async db => await db.Experiments.SingleAsync() is { State: not ExperimentState.Running } e ? e : null,
            "the end of the experiment",
            TimeSpan.FromMinutes(10));

        (ended.State, ended.Failure).ShouldBe((ExperimentState.Done, null), arena.Services.Logs());
        foreach (var words in (string[][])[["experiment", "show", "mix", "--json"], ["report", "mix", "--markdown", "--out", "-"]])
        {
            ThereIs(arena, words).ShouldBe(Succeeded(CommandLineProcess.Run(arena.Lab, words)), string.Join(' ', words));
        }

        // The same experiment from one end to the other at the machine of another pipeline with the same samples.
        Succeeded(CommandLineProcess.Run(arena.Reference, Words));
        string[] show = ["experiment", "show", "mix", "--json"];
        FoundBy(ThereIs(arena, show)).ShouldBe(FoundBy(Succeeded(CommandLineProcess.Run(arena.Reference, show))));
    }

    private static string ThereIs(Arena arena, string[] words) => Succeeded(CommandLineProcess.RunAt(arena.Services, arena.Lab.Folder, words));

    private static string Succeeded(ProgramResult result)
    {
        result.ExitCode.ShouldBe(0, result.Errors);
        return result.Output;
    }

    private static string FoundBy(string json)
    {
        var result = JsonNode.Parse(json)!;
        Strip(result);
        return result.ToJsonString();
    }

    private static void Strip(JsonNode? node)
    {
        if (node is JsonObject thing)
        {
            foreach (var name in OfOneMaking)
            {
                thing.Remove(name);
            }

            foreach (var (_, child) in thing)
            {
                Strip(child);
            }
        }
        else if (node is JsonArray list)
        {
            foreach (var child in list)
            {
                Strip(child);
            }
        }
    }
}

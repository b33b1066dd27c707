using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Storage;

namespace ZiGong.FlowTests.Api;

/// <summary>The words of the command line mean the same over a server.</summary>
[Collection("runs")]
public sealed class SameWordsTests
{
    private static readonly Guid Arm = Guid.Parse("ffffffff-0000-7000-8000-000000000001");

    [Fact]
    public async Task Latest_is_the_newest_run_that_is_no_arm_of_an_experiment()
    {
        var (lab, run) = await LabWithArmAsync();
        await using var _ = lab;
        await using var host = await ApiHost.StartAsync(lab);
        using var client = host.Client(ApiHost.Viewer);
        await using var db = lab.NewContext();

        (await db.FindRunAsync("latest", default)).RunId.ShouldBe(run);
        IdsOf(await client.GetAsync("/v1/runs?named=latest").JsonAsync()).ShouldBe([run]);
        JsonSerializer.Deserialize<JsonElement>(CommandLineProcess.Run(lab, "show", "latest", "--json").Output).GetProperty("runId").GetGuid().ShouldBe(run);
    }

    [Fact]
    public async Task Arms_are_in_the_list_when_asked_for_and_found_by_their_ids()
    {
        var (lab, run) = await LabWithArmAsync();
        await using var _ = lab;
        await using var host = await ApiHost.StartAsync(lab);
        using var client = host.Client(ApiHost.Viewer);

        IdsOf(await client.GetAsync("/v1/runs").JsonAsync()).ShouldBe([run]);
        IdsOf(await client.GetAsync("/v1/runs?all=true").JsonAsync()).ShouldBe([Arm, run]);
        IdsOf(await client.GetAsync("/v1/runs?named=ffff").JsonAsync()).ShouldBe([Arm]);
        IdsOf(await client.GetAsync($"/v1/runs?named={run:N}").JsonAsync()).ShouldBe([run]);
    }

    [Theory]
    [InlineData("0123", "there is no run '0123'")]
    [InlineData("-", "there is no run '-'")]
    [InlineData("no hex", "there is no run 'no hex'")]
    public async Task What_names_no_run_is_refused_alike(string text, string message)
    {
        var (lab, _) = await LabWithArmAsync();
        await using var _lab = lab;
        await using var host = await ApiHost.StartAsync(lab);
        using var client = host.Client(ApiHost.Viewer);
        await using var db = lab.NewContext();

        (await Should.ThrowAsync<InputException>(() => db.FindRunAsync(text, default))).Message.ShouldContain(message);
        var (status, body) = await client.GetAsync($"/v1/runs?named={Uri.EscapeDataString(text)}").AnswerAsync();
        status.ShouldBe(400);
        JsonSerializer.Deserialize<JsonElement>(body).GetProperty("detail").GetString().ShouldNotBeNull().ShouldContain(message);
    }

    [Fact]
    public async Task A_beginning_of_two_runs_names_both_and_without_runs_it_says_how_to_start_one()
    {
        await using var lab = await Lab.NewAsync();
        await using var bench = await Bench.StartAsync(lab);
        await using var db = lab.NewContext();
        (await Should.ThrowAsync<InputException>(() => db.FindRunAsync("latest", default))).Message.ShouldContain("zigong run --dataset");
        (await Should.ThrowAsync<InputException>(() => db.FindRunAsync("01", default))).Message.ShouldContain("zigong run --dataset");

        Guid[] runs = [await bench.RequestAsync(), await bench.RequestAsync()];
        var ambiguous = (await Should.ThrowAsync<InputException>(() => db.FindRunAsync($"{runs[0]:N}"[..6], default))).Message;
        runs.ShouldAllBe(r => ambiguous.Contains($"{r}"));
    }

    [Fact]
    public async Task A_folder_of_the_server_is_no_base_for_a_caller_unless_it_is_offered()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var offered = Directory.CreateDirectory(Path.Combine(lab.Folder, "bases", "mine")).FullName;
        await using var host = await ApiHost.StartAsync(lab, settings: ("Pipeline:BaseFolders", Path.GetDirectoryName(offered)!));
        using var client = host.Client();
        async Task<string> AskAsync(string given) =>
            AnswerOf(await client.PostObjectAsync("/v1/runs", new { dataset = "simulated", options = new[] { $"Tuning:Base={given}" } }).AnswerAsync());
        async Task<string> ReplayAsync(string given) =>
            AnswerOf(
                await client.PostObjectAsync($"/v1/runs/{run}/replay", new { from = "Tuning", set = new[] { $"Tuning:Base={given}" }, dryRun = true })
                    .AnswerAsync());

        foreach (var ask in (Func<string, Task<string>>[])[AskAsync, ReplayAsync])
        {
            var there = await ask("/etc");
            there.ShouldStartWith("400 option Tuning:Base is '/etc', but must be nano or a base that this server offers");
            (await ask("/etd")).ShouldBe(there.Replace("/etc", "/etd", StringComparison.Ordinal));
        }

        (await AskAsync("mine")).ShouldBe("201 ");
        await using var db = lab.NewContext();
        var made = await db.Runs.OrderByDescending(r => r.RunId).FirstAsync();
        RunOptionsReader.Read(made.Options).Tuning.Base.ShouldBe(offered);
    }

    private static string AnswerOf((int Status, string Body) answer) =>
        $"{answer.Status} {(JsonSerializer.Deserialize<JsonElement>(answer.Body).TryGetProperty("detail", out var detail) ? detail.GetString() : "")}";

    private static IEnumerable<Guid> IdsOf(JsonElement runs) => runs.EnumerateArray().Select(r => r.GetProperty("runId").GetGuid());

    /// <summary>A finished run, and an arm of an experiment after it.</summary>
    private static async Task<(Lab Lab, Guid Run)> LabWithArmAsync()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await lab.ExecuteAsync(
            $"""
            insert into zigong.runs (run_id, kind, dataset, descriptor, options, status, code_version, requested_at)
            select '{Arm}', 'experiment', dataset, descriptor, options, 'Completed', code_version, now() from zigong.runs
            """);
        return (lab, run);
    }
}

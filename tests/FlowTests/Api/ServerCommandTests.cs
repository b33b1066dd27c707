using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.FlowTests.Harness;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests.Api;

/// <summary>The command line as the client of a server: a process of its own that has neither database nor artifacts.</summary>
[Collection("runs")]
public sealed class ServerCommandTests
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "ZiGong.AllInOne.dll");

    private static readonly string[] Small =
    [
        "--seed", "7", "--set", "Snapshot:Periods=2", "--set", "Snapshot:Bins=5", "--set", "Agent:BatchSize=16", "--set", "Agent:MinimumSteps=4", "--set",
        "Agent:SliceSteps=12", "--set", "Agent:WarmupSteps=4", "--set", "Gradients:Width=256", "--set", "Selection:Size=0.5", "--set", "Selection:TopShare=0.3",
        "--set", "Tuning:Epochs=1", "--set", "Tuning:MinimumSteps=10", "--set", "Tuning:SliceSteps=6", "--set", "Tuning:BatchSize=16", "--set",
        "Evaluation:Resamples=100",
    ];

    [Fact]
    public async Task A_table_is_uploaded_ingested_and_run_and_everything_can_be_looked_at()
    {
        var (lab, first) = await Lab.FinishedAsync();
        await using var _ = lab;
        await using var host = await ApiHost.StartAsync(lab, all: true);
        var here = Client(lab, host, ApiHost.Operator);

        var run = here(["run", "--dataset", "simulated", Borrowers.Write(lab.Folder), .. Small, "--server"]);
        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldContain($"{Borrowers.Lines.Count:#,0} unchanged", Case.Sensitive, "the lab has the same rows already");
        run.Output.ShouldMatch("Model(Ready|Rejected): ");
        await using var db = lab.NewContext();
        var made = await db.Runs.SingleAsync(r => r.RunId != first);
        made.Status.ShouldBe(RunStatus.Completed);
        (await lab.ProductsAsync(made.RunId)).ShouldBe(await lab.ProductsAsync(first));

        JsonOf(here("runs", "--server", "--json")).GetArrayLength().ShouldBe(2);
        JsonOf(here("show", "latest", "--server", "--json")).GetProperty("run").GetProperty("runId").GetGuid().ShouldBe(made.RunId);
        var events = here("events", "latest", "--follow", "--server", "--json");
        events.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(await db.PipelineEvents.CountAsync(e => e.RunId == made.RunId));
    }

    [Fact]
    public async Task An_experiment_is_made_over_a_server_and_what_it_found_is_what_the_local_command_says()
    {
        await using var lab = await Lab.IngestedAsync();
        await using var host = await ApiHost.StartAsync(lab, all: true);
        var here = Client(lab, host, ApiHost.Operator);

        var made = here(["experiment", "mix", "--dataset", "simulated", "--arms", "mix-0", "mix-100", "--seeds", "1", .. Options("Seed=7"), "--server"]);

        made.ExitCode.ShouldBe(0, made.Error);
        made.Error.ShouldContain("2 of 2: mix-100, seed 7 done in");
        foreach (var words in (string[][])
            [
                ["experiment", "show", "mix"], ["experiment", "show", "latest", "--json"], ["experiment", "list", "--json"],
                ["report", "mix", "--markdown", "--out", "-"],
            ])
        {
            var (there, local) = (here([.. words, "--server"]), CommandLineProcess.Run(lab, words));
            there.ExitCode.ShouldBe(0, there.Error);
            local.ExitCode.ShouldBe(0, local.Errors);
            there.Output.ShouldBe(local.Output, string.Join(' ', words));
        }

        made.Output.ShouldBe(CommandLineProcess.Run(lab, "experiment", "show", "latest").Output);
        var cancel = here("experiment", "cancel", "latest", "--server");
        (cancel.ExitCode, cancel.Error.Contains("is not running")).ShouldBe((2, true));
        here("report", "latest", "--server").Error.ShouldContain("reports of experiments alone");
    }

    [Fact]
    public async Task What_no_experiment_can_be_is_refused_before_anything_is_uploaded()
    {
        await using var lab = await Lab.NewAsync();
        await using var host = await ApiHost.StartAsync(lab);
        var here = Client(lab, host, ApiHost.Operator);
        var table = Borrowers.Write(lab.Folder);

        var option = here("experiment", "mix", "--dataset", "simulated", table, "--set", "Tuning:Steps=3", "--server");
        (option.ExitCode, option.Error.Contains("did you mean")).ShouldBe((2, true), option.Error);
        var seeds = here("experiment", "mix", "--dataset", "simulated", table, "--seeds", "0", "--server");
        (seeds.ExitCode, seeds.Error.Contains("--seeds is 0")).ShouldBe((2, true), seeds.Error);
        (await lab.CountAsync("select count(*) from zigong.uploads")).ShouldBe(0);

        // What only the data can say comes back as well.
        var arm = here("experiment", "mix", "--dataset", "simulated", table, "--arms", "mixx", "--server");
        (arm.ExitCode, arm.Error.Contains("there is no arm 'mixx'")).ShouldBe((2, true), arm.Error);
    }

    [Fact]
    public async Task The_operators_commands_work_over_a_server()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await using var host = await ApiHost.StartAsync(lab, all: true);
        var here = Client(lab, host, ApiHost.Operator);

        var plan = JsonOf(here("replay", "latest", "--from", "evaluation", "--dry-run", "--json", "--server"));
        plan.GetProperty("generation").GetInt32().ShouldBe(2);
        (await lab.CountAsync("select sum(generation) from zigong.runs")).ShouldBe(1, "a dry run changes nothing");
        var replayed = here("replay", run.ToString(), "--from", "evaluation", "--server");
        replayed.ExitCode.ShouldBe(0, replayed.Error);
        (await lab.CountAsync("select count(*) from zigong.runs where status = 'Completed' and generation = 2")).ShouldBe(1);

        JsonOf(here("pause", "--reason", "disk is being moved", "--json", "--server")).GetProperty("paused").GetBoolean().ShouldBeTrue();
        here("resume", "--server").Output.ShouldContain("The pipeline runs");
        JsonOf(here("errors", "--json", "--server")).GetProperty("deadLetters").GetArrayLength().ShouldBe(0);
        var cancel = here("cancel", "latest", "--server");
        cancel.ExitCode.ShouldBe(2);
        cancel.Error.ShouldContain("completed");
        (await lab.CountAsync("select count(*) from zigong.audit where actor = 'api:boss'")).ShouldBe(3);
    }

    [Fact]
    public async Task What_a_server_refuses_is_said_without_a_stack_trace_and_ends_with_2()
    {
        await using var lab = await Lab.NewAsync();
        await using var host = await ApiHost.StartAsync(lab);
        var viewer = Client(lab, host, ApiHost.Viewer)("run", "--dataset", "simulated", "--server");
        (viewer.ExitCode, viewer.Error).ShouldBe((2, "zigong: the token's role is viewer: this needs an operator's\n"));
        var stranger = Client(lab, host, "zg_unknown")("runs", "--server");
        stranger.ExitCode.ShouldBe(2);
        stranger.Error.ShouldContain("ZIGONG_TOKEN");
        var local = Client(lab, host, ApiHost.Operator)("scores", "latest", "--server");
        local.ExitCode.ShouldBe(2);
        local.Error.ShouldContain("does not work with a server");
        var option = Client(lab, host, ApiHost.Operator)("run", "--dataset", "simulated", "--set", "Selection:TopShare=7", "--server");
        option.ExitCode.ShouldBe(2);
        option.Error.ShouldContain("Selection:TopShare");
        (await lab.CountAsync("select count(*) from zigong.runs")).ShouldBe(0);
    }

    [Fact]
    public async Task The_token_of_this_machine_is_not_sent_to_another_one()
    {
        await using var lab = await Lab.NewAsync();
        await using var host = await ApiHost.StartAsync(lab);
        var foreign = Client(lab, host, ApiHost.Operator)("runs", "--server=http://192.0.2.1:9");
        foreign.ExitCode.ShouldBe(2);
        foreign.Error.ShouldContain("no token for http://192.0.2.1:9");
    }

    [Fact]
    public async Task Ctrl_c_leaves_the_run_going_and_says_how_to_look_at_it()
    {
        await using var lab = await Lab.IngestedAsync();
        await using var host = await ApiHost.StartAsync(lab);
        using var process = Process.Start(StartOf(lab, host, ApiHost.Operator, "run", "--dataset", "simulated", "--server"))!;
        var error = process.StandardError.ReadToEndAsync();
        var run = await lab.UntilAsync(async db => await db.PipelineEvents.FirstOrDefaultAsync(), "the run's first event");
        using (var interrupt = Process.Start("kill", ["-INT", $"{process.Id}"]))
        {
            await interrupt.WaitForExitAsync();
        }

        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(60)).Token);
        process.ExitCode.ShouldBe(130);
        (await error).ShouldContain($"run {run.RunId} goes on without this command");
        await using var db = lab.NewContext();
        (await db.Runs.SingleAsync()).Status.ShouldBe(RunStatus.Running);
    }

    private static IEnumerable<string> Options(params string[] more) =>
        Small.Where(o => o is not "--seed" and not "7" and not "--set").Concat(more).SelectMany(o => new[] { "--set", o });

    private static JsonElement JsonOf((int ExitCode, string Output, string Error) result)
    {
        result.ExitCode.ShouldBe(0, result.Error);
        return JsonSerializer.Deserialize<JsonElement>(result.Output);
    }

    private delegate (int ExitCode, string Output, string Error) Call(params string[] arguments);

    private static Call Client(Lab lab, ApiHost host, string token) => arguments =>
    {
        using var process = Process.Start(StartOf(lab, host, token, arguments))!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        if (!process.WaitForExit(TimeSpan.FromMinutes(3)))
        {
            process.Kill();
            throw new TimeoutException($"zigong {string.Join(' ', arguments)} does not end");
        }

        return (process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    };

    private static ProcessStartInfo StartOf(Lab lab, ApiHost host, string token, params string[] arguments)
    {
        var home = Directory.CreateDirectory(Path.Combine(lab.Folder, "elsewhere")).FullName;
        File.WriteAllText(Path.Combine(home, "server"), $"{host.Address}\n");
        File.WriteAllText(Path.Combine(home, "tokens.operator"), $"{token}\n");
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = home,
        };
        start.Environment["ZIGONG_HOME"] = home;
        foreach (var name in start.Environment.Keys.Where(
            k => k.StartsWith("Pipeline__", StringComparison.Ordinal) || k is "ZIGONG_TOKEN" or "ZIGONG_SERVER" or "ZIGONG_DATABASE").ToList())
        {
            start.Environment.Remove(name);
        }

        return start;
    }
}

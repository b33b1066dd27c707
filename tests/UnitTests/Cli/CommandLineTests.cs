using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Cli;
using ZiGong.Contracts;

namespace ZiGong.UnitTests.Cli;

public sealed class CommandLineTests
{
    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var exitCode = await CommandLine.RunAsync(args, output, errors, CancellationToken.None);
        return (exitCode, output.ToString(), errors.ToString());
    }

    [Fact]
    public async Task An_unknown_command_ends_with_2_and_names_the_nearest()
    {
        var (exitCode, output, errors) = await RunAsync("sho", "latest");

        exitCode.ShouldBe(ExitCodes.Input);
        errors.ShouldContain("there is no command 'sho'; did you mean 'show'?");
        errors.ShouldContain("Try: zigong --help");
        output.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_missing_argument_ends_with_2_and_points_to_the_commands_own_help()
    {
        var (exitCode, _, errors) = await RunAsync("dataset", "check", "german");

        exitCode.ShouldBe(ExitCodes.Input);
        errors.ShouldContain("FILE");
        errors.ShouldContain("Try: zigong dataset check --help");
    }

    [Theory]
    [InlineData("run")]
    [InlineData("run --dataset german --resume latest")]
    public async Task A_run_needs_either_a_data_set_or_a_run_to_resume(string line)
    {
        var (exitCode, _, errors) = await RunAsync(line.Split(' '));

        exitCode.ShouldBe(ExitCodes.Input);
        errors.ShouldNotBeEmpty();
    }

    [Theory]
    [InlineData("--set Selection:Size=0.3", "--set")]
    [InlineData("--seed 7", "--seed")]
    [InlineData("german.data", "FILE")]
    public async Task What_a_resumed_run_would_ignore_is_refused(string extra, string named)
    {
        var (exitCode, _, errors) = await RunAsync(["run", "--resume", "latest", .. extra.Split(' ')]);

        exitCode.ShouldBe(ExitCodes.Input);
        errors.ShouldContain($"--resume takes no {named}: options and data are frozen with a run");
    }

    [Fact]
    public async Task A_run_is_resumed_without_anything_else()
    {
        var (_, _, errors) = await RunAsync("run", "--resume", "no-such-run");

        errors.ShouldNotContain("--resume takes no", Case.Sensitive, "defaults count as not given");
    }

    [Theory]
    [InlineData("Selection:TopShare=1.5", "between 0 and 1")]
    [InlineData("Selection:TopShar=0.5", "did you mean 'Selection:TopShare'?")]
    [InlineData("TracSeq:Clock=Wall", "Checkpoint, Sample, Both")]
    [InlineData("TopShare", "Section:Name=value")]
    public async Task A_bad_option_is_refused_before_anything_is_touched(string assignment, string complaint)
    {
        var (exitCode, _, errors) = await RunAsync("run", "--dataset", "german", "--set", assignment);

        exitCode.ShouldBe(ExitCodes.Input);
        errors.ShouldContain(complaint);
        errors.ShouldNotContain("   at ", Case.Sensitive, "stack traces are for --verbose");
    }

    [Fact]
    public async Task Options_prints_every_run_option_as_json()
    {
        var (exitCode, output, _) = await RunAsync("options", "--json");

        exitCode.ShouldBe(ExitCodes.Done);
        using var json = JsonDocument.Parse(output);
        json.RootElement.EnumerateArray().Select(o => o.GetProperty("name").GetString()).ShouldBe(RunOptionsReader.List().Select(o => o.Name));
    }

    [Fact]
    public async Task A_table_says_what_the_json_says()
    {
        var (_, output, _) = await RunAsync("options");

        foreach (var option in RunOptionsReader.List())
        {
            output.ShouldContain(option.Name);
        }
    }

    [Fact]
    public async Task Nothing_is_coloured_where_there_is_no_terminal()
    {
        var (_, output, _) = await RunAsync("dataset", "list");

        output.ShouldContain("german");
        output.ShouldNotContain("\u001b");
    }

    [Fact]
    public async Task An_error_is_an_object_under_json()
    {
        var (exitCode, output, errors) = await RunAsync("dataset", "check", "germna", "nowhere.csv", "--json");

        exitCode.ShouldBe(ExitCodes.Input);
        output.ShouldBeEmpty();
        using var json = JsonDocument.Parse(errors);
        var error = json.RootElement.GetProperty("error");
        error.GetProperty("kind").GetString().ShouldBe("input");
        error.GetProperty("message").GetString()!.ShouldContain("german");
        error.GetProperty("details").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    [Fact]
    public async Task A_missing_file_is_named()
    {
        var (exitCode, _, errors) = await RunAsync("dataset", "check", "german", "/nowhere/german.data");

        exitCode.ShouldBe(ExitCodes.Input);
        errors.ShouldContain("/nowhere/german.data");
    }

    [Fact]
    public async Task Verbose_adds_the_stack_trace()
    {
        var (_, _, errors) = await RunAsync("dataset", "check", "german", "/nowhere/german.data", "--verbose");

        errors.ShouldContain("   at ");
    }

    [Theory]
    [InlineData("")]
    [InlineData("demo")]
    [InlineData("ingest")]
    [InlineData("run")]
    [InlineData("runs")]
    [InlineData("show")]
    [InlineData("scores")]
    [InlineData("events")]
    [InlineData("dataset")]
    [InlineData("dataset check")]
    [InlineData("simulate")]
    [InlineData("options")]
    [InlineData("doctor")]
    public async Task Every_command_has_help_with_examples(string command)
    {
        var (exitCode, output, _) = await RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        exitCode.ShouldBe(ExitCodes.Done);
        output.ShouldContain("Examples:");
        output.ShouldContain($"  zigong {command.Split(' ')[0]}");
    }

    [Fact]
    public async Task The_simulator_writes_the_same_bytes_for_the_same_seed()
    {
        var folder = Directory.CreateTempSubdirectory("zigong-simulate-").FullName;
        var (first, second) = (Path.Combine(folder, "a.csv"), Path.Combine(folder, "b.csv"));

        (await RunAsync("simulate", "--out", first, "--borrowers", "40", "--flips", "0.1", "--seed", "5")).ExitCode.ShouldBe(ExitCodes.Done);
        (await RunAsync("simulate", "--out", second, "--borrowers", "40", "--flips", "0.1", "--seed", "5")).ExitCode.ShouldBe(ExitCodes.Done);

        File.ReadAllBytes(second).ShouldBe(File.ReadAllBytes(first));
        File.ReadAllText(Path.Combine(folder, "a.truth.csv")).ShouldStartWith("borrower,month,probability");
        (await RunAsync("dataset", "check", "simulated", first)).Output.ShouldContain("Answer 'bad'");
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("--flips", "0.9")]
    [InlineData("--borrowers", "0")]
    [InlineData("--start", "January")]
    public async Task The_simulator_refuses_what_it_cannot_make(string option, string value)
    {
        var (exitCode, _, errors) = await RunAsync("simulate", "--out", Path.Combine(Path.GetTempPath(), "never-written.csv"), option, value);

        exitCode.ShouldBe(ExitCodes.Input);
        errors.ShouldContain(value);
    }
}

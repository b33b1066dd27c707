using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Cli;
using ZiGong.UnitTests.Credit;
using ZiGong.UnitTests.Mistral;

namespace ZiGong.UnitTests.Cli;

/// <summary>Commands that look at files alone, by what they print.</summary>
public sealed class DatasetCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public DatasetCommandTests() => File.WriteAllText(_folder.File("loans.yaml"), Tables.Loans);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_check_adds_up_and_shows_what_was_refused()
    {
        var (exitCode, lines, errors) = await CheckAsync(
            "L1,C1,2024-01,2500,S,fine,f,0", "L2,C1,2024-03,,F,fine,m,0", "L3,C2,2023-11,100,F,,m,1", "L4,C3,2024-02,lots,F,fine,m,1",
            "L5,C3,2024-02,7,Z,fine,m,1");

        exitCode.ShouldBe(ExitCodes.Done);
        errors.ShouldBeEmpty();
        foreach (var line in new[]
        {
            "Rows 5", "Samples 3", "Left out by filters 0", "Rejected 2", "Subjects 2", "Observed 2023-11-01 to 2024-03-01", "Answer 'good' 2 (66.7 %)",
            "Answer 'bad' 1 (33.3 %)",
            "Missing income 1 (33.3 %)", "Missing note 1 (33.3 %)", "5 income not a number lots", "6 job unknown code; the code book has S, F Z",
            "Prompt, answered 'bad'",
        })
        {
            lines.ShouldContain(line);
        }

        lines.ShouldContain(l => l.StartsWith("The first one with Templating:Form=Description", StringComparison.Ordinal));
        lines.ShouldNotContain(l => l.StartsWith("Replaced by a later row", StringComparison.Ordinal), "nothing repeats");
    }

    [Fact]
    public async Task Rows_that_share_a_key_are_counted_and_two_dates_of_one_are_warned_of()
    {
        var (_, lines, errors) = await CheckAsync("L1,C1,2024-01,1,S,a,f,0", "L1,C1,2024-01,2,S,a,f,0", "L1,C1,2024-02,3,S,a,f,0");

        lines.ShouldContain("Replaced by a later row of their key 2");
        errors.ShouldContain("1 rows have the key of an earlier one and another date: the table would be refused");
        errors.ShouldContain("part_of_key: true");
    }

    [Fact]
    public async Task A_table_of_nothing_but_refusals_has_shares_of_nothing()
    {
        var (exitCode, lines, _) = await CheckAsync("x");

        exitCode.ShouldBe(ExitCodes.Done);
        lines.ShouldContain("Answer 'good' 0 (0.0 %)");
        lines.ShouldContain("Observed none");
        lines.ShouldContain("1 columns instead of 8 1");
    }

    [Fact]
    public async Task What_a_check_says_as_JSON_is_what_it_says_in_words()
    {
        var table = Write("L1,C1,2024-01,2500,S,fine,f,0", "L2,C2,2024-01,bad,S,fine,f,0");
        using var output = new StringWriter();

        await CommandLine.RunAsync(["dataset", "check", _folder.File("loans.yaml"), table, "--json"], output, TextWriter.Null, CancellationToken.None);

        var json = JsonDocument.Parse(output.ToString()).RootElement;
        (json.GetProperty("rows").GetInt64(), json.GetProperty("samples").GetInt64(), json.GetProperty("rejected").GetInt64()).ShouldBe((2, 1, 1));
        json.GetProperty("answers").GetProperty("good").GetInt64().ShouldBe(1);
        json.GetProperty("rejectionKinds")[0].GetProperty("reason").GetString().ShouldBe("not a number");
        json.GetProperty("firstRejections")[0].GetProperty("line").GetInt64().ShouldBe(3);
        (json.GetProperty("form").GetString(), json.GetProperty("otherForm").GetString()).ShouldBe(("Table", "Description"));
        json.GetProperty("prompts")[0].GetProperty("answer").GetString().ShouldBe("good");
    }

    [Fact]
    public async Task A_value_with_control_characters_does_not_steer_the_terminal()
    {
        using var output = new StringWriter();

        await CommandLine.RunAsync(
            ["dataset", "check", _folder.File("loans.yaml"), Write("L1,C1,2024-01,1,S,\u001b[2Jhidden\u0007,f,0")], output, TextWriter.Null,
            CancellationToken.None);

        output.ToString().ShouldNotContain("\u001b");
        output.ToString().ShouldContain("\uFFFD[2Jhidden\uFFFD", Case.Sensitive, "the prompt itself is shown");
    }

    [Fact]
    public async Task A_descriptor_is_shown_with_its_fields_and_prompts()
    {
        var (exitCode, lines, _) = await Words.RunAsync("dataset", "show", _folder.File("loans.yaml"));

        exitCode.ShouldBe(ExitCodes.Done);
        foreach (var line in new[]
        {
            "Task credit-default (not in the catalogue)", "Answer one of good, bad; bad: bad", "Nano reads one token a field",
            "income Monthly income numeric yes no", "sex sex categorical no yes", "Monthly income: <income>",
        })
        {
            lines.ShouldContain(line);
        }

        lines.ShouldContain("Prompt, Templating:Form=Table (the descriptor's own)");
        lines.ShouldContain("Prompt, Templating:Form=Description");
        lines.ShouldNotContain(l => l.Contains("<sex>", StringComparison.Ordinal), "what a model does not see is in no prompt");
    }

    [Theory]
    [InlineData("{kind: text, column: label}", "text, from column label")]
    [InlineData("{kind: text, template: 'It is {{job}}'}", "text, from a template")]
    [InlineData("{kind: text, questions: [{ask: a, answer: b}, {ask: c, answer: d}]}", "text, from 2 questions")]
    [InlineData("{kind: text, rules: [{name: r, field: income, above: 1}]}", "text, from 1 rules")]
    public async Task Free_answers_say_what_they_are_made_of(string answer, string words)
    {
        var yaml = string.Join('\n', Tables.Loans.Split('\n').Select(l => l.StartsWith("answer:", StringComparison.Ordinal) ? $"answer: {answer}" : l));
        File.WriteAllText(_folder.File("free.yaml"), yaml);

        var (_, lines, errors) = await Words.RunAsync("dataset", "show", _folder.File("free.yaml"));

        errors.ShouldBeEmpty();
        lines.ShouldContain($"Answer {words}");
        lines.ShouldContain("Nano reads the prompt's bytes, since there is text");
    }

    [Fact]
    public async Task Shipped_descriptors_and_tasks_are_listed()
    {
        var (_, datasets, _) = await Words.RunAsync("dataset", "list");
        datasets.ShouldContain(l => l.StartsWith("uci-default-panel ", StringComparison.Ordinal));
        var (_, tasks, _) = await Words.RunAsync("tasks");
        tasks.ShouldContain("sentiment choice positive, neutral, negative negative The tone of a text about a company or a borrower.");
        tasks.ShouldContain(l => l.StartsWith("auditing text ", StringComparison.Ordinal));
        tasks.ShouldContain("Measured: exact match, token F1, hallucination rate");
    }

    [Theory]
    [InlineData("scores latest")]
    [InlineData("ingest --dataset german x.csv")]
    public async Task A_program_without_services_or_database_says_what_it_needs(string line)
    {
        var (exitCode, _, errors) = await Words.RunAsync(line.Split(' '));

        exitCode.ShouldBe(ExitCodes.Input, errors);
        errors.ShouldNotContain("   at ");
    }

    private async Task<(int ExitCode, string[] Lines, string Errors)> CheckAsync(params string[] rows) =>
        await Words.RunAsync("dataset", "check", _folder.File("loans.yaml"), Write(rows));

    private string Write(params string[] rows)
    {
        File.WriteAllLines(_folder.File("loans.csv"), [Tables.LoansHeader, .. rows]);
        return _folder.File("loans.csv");
    }
}

using Shouldly;
using Xunit;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Templates;

namespace ZiGong.UnitTests.Credit.Templates;

public sealed class PromptTemplateTests
{
    private const string Instruction = "Judge the following case of credit-default. Respond with only either 'good' or 'bad'.";

    private static Sample Loan(string note = "fine", string answer = "good", string subject = "s") => new(
        $"id {note} {subject}", "loans", "credit-default", subject, "k",
        new Dictionary<string, string> { ["income"] = "2500", ["job"] = "F", ["note"] = note, ["sex"] = "f" }, answer, null, null);

    [Fact]
    public void The_table_form_has_one_line_a_field_in_words_and_no_protected_only_field() =>
        new PromptTemplate(Tables.Descriptor()).Input(Loan()).ShouldBe("Monthly income: 2500\nJob: freelance\nNote: fine");

    [Fact]
    public void The_description_form_has_one_sentence_a_field() =>
        new PromptTemplate(Tables.Descriptor(), PromptForm.Description).Input(Loan())
            .ShouldBe("The state of Monthly income is 2500. The state of Job is freelance. The state of Note is fine. ");

    [Fact]
    public void The_prompt_names_the_allowed_answers_and_ends_where_the_answer_begins() =>
        new PromptTemplate(Tables.Descriptor()).Prompt(Loan())
            .ShouldBe($"{Instruction}\n\nMonthly income: 2500\nJob: freelance\nNote: fine\nAnswer:");

    [Fact]
    public void Worked_examples_come_before_the_case() =>
        new PromptTemplate(Tables.Descriptor()).Prompt(Loan(), [Loan("late", "bad")])
            .ShouldBe(
                $"{Instruction}\n\nMonthly income: 2500\nJob: freelance\nNote: late\nAnswer: bad\n\nMonthly income: 2500\nJob: freelance\nNote: fine\nAnswer:");

    [Theory]
    [InlineData("{{instruction}}")]
    [InlineData("{{#each fields}}{{/each}} {{{x}}} }}")]
    [InlineData("<b>\"O'Neil\" & sons</b>")]
    [InlineData("back\\slash é 中")]
    public void A_value_is_data_and_nothing_in_it_is_escaped_or_executed(string note)
    {
        new PromptTemplate(Tables.Descriptor()).Input(Loan(note)).ShouldEndWith($"Note: {note}");
        new PromptTemplate(Tables.Descriptor()).Prompt(Loan(note)).ShouldContain($"Note: {note}\nAnswer:");
    }

    [Fact]
    public void A_missing_value_is_said_or_left_out()
    {
        var sample = Loan() with { Fields = new Dictionary<string, string> { ["income"] = "1" } };

        new PromptTemplate(Tables.Descriptor()).Input(sample).ShouldBe("Monthly income: 1\nJob: unknown\nNote: unknown");
        new PromptTemplate(Tables.Descriptor(Tables.Loans + "\nprompt: {missing_words: ''}")).Input(sample).ShouldBe("Monthly income: 1");
    }

    [Fact]
    public void More_than_two_answers_read_well()
    {
        var descriptor = Tables.Descriptor(Tables.Loans.Replace("[good, bad]", "[good, bad, unsure]", StringComparison.Ordinal));

        new PromptTemplate(descriptor).Instruction.ShouldEndWith("only either 'good', 'bad' or 'unsure'.");
    }

    [Fact]
    public void A_broken_template_names_the_data_set_and_the_key() =>
        Tables.MessageOf(() => new PromptTemplate(Tables.Descriptor(Tables.Loans + "\nprompt: {frame: '{{#each x}}'}")))
            .ShouldContain("Data set 'loans': the template prompt.frame cannot be used");

    [Fact]
    public void A_template_that_asks_for_an_unknown_word_is_refused() =>
        Tables.MessageOf(() => new PromptTemplate(Tables.Descriptor(Tables.Loans + "\nprompt: {instruction: 'Use {{alowed}}.'}"))).ShouldContain("alowed");

    [Fact]
    public void The_encoding_starts_with_BOS_and_ends_each_answer_with_EOS()
    {
        // One token a character: enough to see what goes where.
        var tokens = new TextTokens(
            text => [.. text.Select(c => (int)c)], ids => string.Concat(ids.Select(id => (char)id)), 70_000, BosId: 1, EosId: 2, PadId: 0);
        var template = new PromptTemplate(Tables.Descriptor());
        var examples = WorkedExamples.Draw(
            [Loan("late", "bad", "a"), Loan("late", "bad", "b")], Tables.Descriptor().Answer with { Allowed = ["bad"] }, 1, seed: 1);
        var encoding = new TextEncoding(template, ["good", "bad"], tokens, examples);

        var encoded = encoding.Encode(Loan(answer: "bad"));

        encoded.Prompt[0].ShouldBe(1);
        encoding.Decode(encoded.Prompt.AsSpan(1)).ShouldBe(encoding.Render(Loan()));
        encoded.Answers.ShouldBe([['g', 'o', 'o', 'd', (char)2], ['b', 'a', 'd', (char)2]]);
        encoded.Truth.ShouldBe(1);
        encoding.Render(Loan()).ShouldContain("Note: late\nAnswer: bad");
        Should.Throw<ArgumentException>(() => encoding.Encode(Loan(answer: "awful"))).Message.ShouldContain("awful");
    }
}

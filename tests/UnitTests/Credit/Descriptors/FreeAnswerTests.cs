using Shouldly;
using Xunit;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Templates;

namespace ZiGong.UnitTests.Credit.Descriptors;

/// <summary>Answers of kind text: from a column, a template, questions, or rules.</summary>
public sealed class FreeAnswerTests
{
    private const string Head = """
        name: loans
        task: question-answering
        format: {kind: csv}
        subject: client
        key: loan
        fields:
          - {name: income, label: Monthly income, kind: numeric}
          - {name: job, label: Job, kind: categorical, codes: {S: salaried, F: freelance}}
          - {name: recovered, kind: categorical, feature: false}
        leaks: [recovered]

        """;

    private const string Header = "loan,client,income,job,recovered,remark\n";

    private static Sample Read(string answer, string row) => Tables.Read(Tables.Descriptor(Head + answer), Header + row + "\n").ShouldHaveSingleItem().Sample!;

    private static string Fault(string answer) => Tables.MessageOf(() => Tables.Descriptor(Head + answer));

    [Fact]
    public void A_template_makes_the_answer_from_fields_in_words() =>
        Read("answer: {kind: text, template: 'A {{job}} with {{ income }}.'}", "1,c,2500.0,F,,").Answer.ShouldBe("A freelance with 2500.");

    [Fact]
    public void A_template_may_use_what_the_model_does_not_see_even_where_it_carries_the_outcome()
    {
        const string Answer = "answer: {kind: text, template: 'Recovered: {{recovered}}'}";
        var sample = Read(Answer, "1,c,2500,F,all,");

        sample.Answer.ShouldBe("Recovered: all");
        new PromptTemplate(Tables.Descriptor(Head + Answer)).Prompt(sample).ShouldNotContain("all\n");
    }

    [Fact]
    public void A_column_holds_the_answer_as_it_is()
    {
        Read("answer: {kind: text, column: remark}", "1,c,1,F,,pays late").Answer.ShouldBe("pays late");
        Tables.Read(Tables.Descriptor(Head + "answer: {kind: text, column: remark}"), Header + "1,c,1,F,,\n").Single().Rejection!.Field.ShouldBe("remark");
    }

    [Fact]
    public void Each_row_is_asked_one_question_that_its_fields_can_answer_and_a_correction_the_same()
    {
        const string Answer = """
            answer:
              kind: text
              questions:
                - {ask: What is the income?, answer: '{{income}}'}
                - {ask: What is the job?, answer: '{{job}}'}
            """;
        var rows = string.Concat(Enumerable.Range(0, 40).Select(i => $"{i},c{i},{i},{(i % 2 == 0 ? "S" : "F")},,\n"));
        var samples = Tables.Read(Tables.Descriptor(Head + Answer), Header + rows).Select(r => r.Sample!).ToList();

        samples.Select(s => s.Fields["question"]).Distinct().Count().ShouldBe(2, "both questions occur");
        samples.ShouldAllBe(
            s => s.Answer == (s.Fields["question"] == "What is the income?" ? s.Fields["income"] : s.Fields["job"] == "S" ? "salaried" : "freelance"));
        Read(Answer, "7,c7,99,S,,").Fields["question"].ShouldBe(samples[7].Fields["question"]);
        Read(Answer, "1,c1,,S,,").Answer.ShouldBe("salaried", "there is no income to ask for");
        var prompt = new PromptTemplate(Tables.Descriptor(Head + Answer)).Prompt(samples[0]);
        prompt.ShouldEndWith($"\nQuestion: {samples[0].Fields["question"]}\nAnswer:");
        prompt.ShouldStartWith("Answer the question from the following record alone");
    }

    [Fact]
    public void A_row_without_a_field_for_any_question_is_rejected_by_name()
    {
        const string Answer = "answer: {kind: text, questions: [{ask: Income?, answer: '{{income}}'}]}";
        var rejection = Tables.Read(Tables.Descriptor(Head + Answer), Header + "1,c,,S,,\n").Single().Rejection!;

        rejection.Field.ShouldBe("income");
        rejection.Line.ShouldBe(2);
    }

    [Fact]
    public void An_audit_names_the_rules_that_a_row_breaks()
    {
        const string Answer = """
            answer:
              kind: text
              none: no violation
              rules:
                - {name: income too low, field: income, below: 1000}
                - {name: income too high, field: income, above: 9000}
                - {name: freelancer, field: job, in: [F]}
                - {name: job unknown, field: job, missing: true}
            """;

        Read(Answer, "1,c,1000,S,,").Answer.ShouldBe("no violation", "a limit itself is within");
        Read(Answer, "1,c,999,F,,").Answer.ShouldBe("income too low; freelancer");
        Read(Answer, "1,c,9001,,,").Answer.ShouldBe("income too high; job unknown");
        Read(Answer, "1,c,,S,,").Answer.ShouldBe("no violation", "a missing number is neither above nor below");
        new PromptTemplate(Tables.Descriptor(Head.Replace("question-answering", "auditing", StringComparison.Ordinal) + Answer)).Instruction
            .ShouldEndWith("The rules: income too low; income too high; freelancer; job unknown. Without a violation the answer is 'no violation'.");
    }

    [Theory]
    [InlineData("answer: {kind: text}", "line 11: 'answer.kind' of kind text needs exactly one of")]
    [InlineData("answer: {kind: text, template: a, column: remark}", "of kind text needs exactly one of")]
    [InlineData("answer: {kind: text, template: 'x {{incme}}'}", "line 11: 'answer.template' names 'incme', which is not a field; did you mean 'income'?")]
    [InlineData("answer: {kind: text, template: '{{#if income}}x{{/if}}'}", "may hold nothing but field names")]
    [InlineData("answer: {kind: text, template: ' '}", "'answer.template' is empty")]
    [InlineData("answer: {kind: text, column: remark, allowed: [a, b]}", "'answer.allowed' is for a choice")]
    [InlineData("answer: {kind: choice, column: remark, map: {a: b}, allowed: [a, b], positive: a, rules: []}", "'answer.rules' is for free answers")]
    [InlineData("answer: {kind: text, rules: []}", "'answer.rules' is empty")]
    [InlineData("answer: {kind: text, rules: [{name: a, field: job, above: 3}]}", "'answer.rules[1].above' compares numbers, but 'job' is not numeric")]
    [InlineData("answer: {kind: text, rules: [{name: a, field: job, in: [S], missing: true}]}", "needs exactly one of 'above', 'below', 'in'")]
    [InlineData("answer: {kind: text, rules: [{name: a, field: job, in: [S]}, {name: a, field: job, in: [F]}]}", "names 'a' twice")]
    [InlineData("answer: {kind: text, column: remark, none: x}", "'answer.none' is the answer where no rule is broken")]
    [InlineData("answer: {kind: text, questions: [{ask: a}]}", "line 11: 'answer.questions[1].answer' is missing")]
    public void A_fault_names_line_and_key(string answer, string message) => Fault(answer).ShouldContain(message);

    [Fact]
    public void A_wording_that_offers_answers_where_there_are_none_is_refused() =>
        Tables.MessageOf(() => new PromptTemplate(Tables.Descriptor(Head + "answer: {kind: text, column: remark}\nprompt: {instruction: 'Say {{allowed}}.'}")))
            .ShouldContain("prompt.instruction");

    [Fact]
    public void A_text_field_is_shown_but_has_no_bins()
    {
        var descriptor = Tables.Descriptor(
            Tables.Loans.Replace("{name: note, label: Note, kind: categorical}", "{name: note, label: Note, kind: text}", StringComparison.Ordinal));

        descriptor.NeedsWords.ShouldBeTrue();
        descriptor.BinnedFeatures.Select(f => f.Name).ShouldBe(["income", "job"]);
        Tables.Descriptor().NeedsWords.ShouldBeFalse();
    }
}

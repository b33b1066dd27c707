using Shouldly;
using Xunit;
using ZiGong.Credit.Tasks;
using ZiGong.Credit.Templates;

namespace ZiGong.UnitTests.Credit.Tasks;

public sealed class TaskCatalogTests
{
    private const string Short = """
        name: short
        task: TASK
        format: {kind: csv}
        fields:
          - {name: income, kind: numeric}
        """;

    [Fact]
    public void All_tasks_that_the_paper_names_are_known() => TaskCatalog.All.Select(t => t.Name).ShouldBe(
        ["credit-scoring", "fraud-detection", "financial-distress", "claim-analysis", "behaviour-card", "sentiment", "question-answering", "auditing"]);

    [Fact]
    public void A_choice_has_its_bad_outcome_among_its_answers_and_a_text_has_none()
    {
        TaskCatalog.All.Where(t => t.Kind == AnswerKind.Choice)
            .ShouldAllBe(t => t.Allowed.Count >= 2 && t.Allowed.Contains(t.Positive) && t.Instruction.Contains("{{allowed}}"));
        TaskCatalog.All.Where(t => t.Kind == AnswerKind.Text)
            .ShouldAllBe(t => t.Allowed.Count == 0 && t.Positive.Length == 0 && !t.Instruction.Contains("{{allowed}}"));
        TaskCatalog.All.Single(t => t.Name == "auditing").Metrics.ShouldNotContain("KS");
    }

    [Theory]
    [InlineData("fraud-detection", "Decide whether the following record is fraudulent. Respond with only either 'no' or 'yes'.")]
    [InlineData("sentiment", "Name the sentiment of the following text. Respond with only either 'positive', 'neutral' or 'negative'.")]
    public void A_known_task_brings_its_answers_and_its_wording(string task, string instruction)
    {
        var known = TaskCatalog.Find(task)!;
        var map = string.Join(", ", known.Allowed.Select((a, i) => $"\"{i}\": \"{a}\""));
        var descriptor = Tables.Descriptor(Short.Replace("TASK", task, StringComparison.Ordinal) + $"\nanswer: {{column: label, map: {{{map}}}}}");

        descriptor.Answer.Allowed.ShouldBe(known.Allowed);
        descriptor.Answer.Positive.ShouldBe(known.Positive);
        new PromptTemplate(descriptor).Instruction.ShouldBe(instruction);
    }

    [Fact]
    public void An_unknown_task_has_to_bring_its_own_answers() =>
        Tables.MessageOf(() => Tables.Descriptor(Short.Replace("TASK", "churn", StringComparison.Ordinal) + "\nanswer: {column: label, map: {\"0\": stays}}"))
            .ShouldContain("loans.yaml, line 6: 'answer.positive' is missing");

    [Fact]
    public void Own_answers_of_a_known_task_need_an_own_bad_outcome() =>
        Tables.MessageOf(() => Tables.Descriptor(
            Short.Replace("TASK", "credit-scoring", StringComparison.Ordinal) + "\nanswer: {column: label, map: {\"0\": fine}, allowed: [fine, late]}"))
            .ShouldContain("'answer.positive' is missing");
}

using Shouldly;
using Xunit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Reading;
using ZiGong.Credit.Templates;

namespace ZiGong.UnitTests.Credit.Tasks;

/// <summary>Descriptors with more than one task over the same rows.</summary>
public sealed class SeveralTasksTests
{
    private const string More = """

        more_tasks:
          - task: auditing
            weight: 0.25
            answer: {kind: text, rules: [{name: no income, field: income, below: 1}]}
          - task: fraud-detection
            instruction: Is it fraud? Say {{allowed}}.
            answer: {column: recovered, map: {"0": "no", "1": "yes"}}
        """;

    private const string Header = "loan,client,month,income,job,note,sex,label,recovered\n";

    private static readonly DatasetDescriptor Descriptor = Tables.Descriptor(Tables.Loans + More);

    [Fact]
    public void A_row_gives_a_sample_of_each_task_for_the_same_borrower_and_time()
    {
        var samples = Tables.Read(Descriptor, Header + "L1,C1,2023-05,0,S,fine,f,1,1\n").Select(r => r.Sample!).ToList();

        samples.Select(s => (s.Task, s.Answer)).ShouldBe([("credit-default", "bad"), ("auditing", "no income"), ("fraud-detection", "yes")]);
        samples.Select(s => s.Subject).Distinct().ShouldHaveSingleItem();
        samples.Select(s => s.ObservedAt).Distinct().ShouldHaveSingleItem();
        samples.Select(s => s.Id).ShouldBeUnique();
        samples.Select(s => s.NaturalKey).ShouldBeUnique("a correction of one task leaves the others");
        samples.Select(Descriptor.ClassOf).ShouldBe(["credit-default: bad", "auditing: text", "fraud-detection: yes"]);
    }

    [Fact]
    public void The_first_tasks_sample_is_the_one_it_would_be_alone() =>
        Tables.Read(Descriptor, Header + "L1,C1,2023-05,9,S,fine,f,1,1\n")[0].Sample!.Id
            .ShouldBe(Tables.Read(Tables.Descriptor(), Header + "L1,C1,2023-05,9,S,fine,f,1,1\n").Single().Sample!.Id);

    [Fact]
    public void A_row_without_the_answer_of_one_task_still_serves_the_others()
    {
        var results = Tables.Read(Descriptor, Header + "L1,C1,2023-05,9,S,fine,f,1,\n");

        results.Select(r => r.Sample?.Task).ShouldBe(["credit-default", "auditing", null]);
        results[2].Rejection!.Field.ShouldBe("recovered");
        var report = DatasetCheck.Run(Descriptor, results);
        (report.Rows, report.Samples, report.Rejected).ShouldBe((1, 2, 1));
        report.Answers["auditing: text"].ShouldBe(1);
    }

    [Fact]
    public void Each_task_has_its_own_wording()
    {
        Descriptor.Tasks.Select(t => new PromptTemplate(t).Instruction.Split('.')[0]).ShouldBe(
            ["Judge the following case of credit-default", "Audit the following record", "Is it fraud? Say 'no' or 'yes'"]);
        Descriptor.NeedsWords.ShouldBeTrue("one token a field does not say which task is meant");
    }

    [Fact]
    public void Each_task_is_encoded_as_its_own_and_an_unknown_one_is_refused()
    {
        var samples = Tables.Read(Descriptor, Header + "L1,C1,2023-05,0,S,fine,f,1,1\n").Select(r => r.Sample!).ToList();
        var encoding = new TaskEncodings(
            Descriptor.Tasks.ToDictionary(t => t.Task, t => new TextEncoding(new PromptTemplate(t), t.Answer.Allowed, ByteTokens.Tokens)));

        samples.Select(s => encoding.Encode(s)).Select(p => encoding.Decode(p.Answers[p.Truth])).ShouldBe(["bad", "no income", "yes"]);
        encoding.Render(samples[1]).ShouldStartWith("Audit the following record");
        Tables.MessageOf(() => encoding.Encode(samples[0] with { Task = "churn" })).ShouldContain("'churn'");
        Tables.MessageOf(() => Descriptor.Of("churn")).ShouldContain("credit-default, auditing, fraud-detection");
    }

    [Theory]
    [InlineData(
        "more_tasks: [{task: credit-default, answer: {column: x, map: {a: b}, allowed: [a, b], positive: b}}]",
        "line 15: 'more_tasks[1].task' is 'credit-default', which is there already")]
    [InlineData("more_tasks: [{task: auditing, weight: 0, answer: {kind: text, column: x}}]", "line 15: 'more_tasks[1].weight' must be above 0")]
    [InlineData("more_tasks: [{task: auditing, answer: {kind: text, template: '{{incme}}'}}]", "'more_tasks[1].answer.template' names 'incme'")]
    [InlineData(
        "more_tasks: [{task: fraud-detection, answer: {column: note, map: {\"0\": \"no\"}}}]",
        "uses the column 'note' for 'note', but it is the answer's own column")]
    public void A_fault_names_line_and_key(string more, string message) =>
        Tables.MessageOf(() => Tables.Descriptor(Tables.Loans + "\n" + more)).ShouldContain(message);

    [Fact]
    public void Weights_set_the_shares_without_repeating_anything()
    {
        (string, string)[] samples = [.. Enumerable.Range(0, 100).Select(i => ($"a{i}", "a")), .. Enumerable.Range(0, 60).Select(i => ($"b{i}", "b"))];
        IReadOnlySet<string> Keep(double b) => TaskMixing.Keep(samples, new Dictionary<string, double> { ["a"] = 1, ["b"] = b }, seed: 2);

        (Keep(0.2).Count(id => id[0] == 'a'), Keep(0.2).Count(id => id[0] == 'b')).ShouldBe((100, 20));
        (Keep(1).Count(id => id[0] == 'a'), Keep(1).Count(id => id[0] == 'b')).ShouldBe((60, 60));
        (Keep(3).Count(id => id[0] == 'a'), Keep(3).Count(id => id[0] == 'b')).ShouldBe((20, 60));
        TaskMixing.Keep([.. samples.Reverse()], new Dictionary<string, double> { ["a"] = 1, ["b"] = 0.2 }, seed: 2).ShouldBe(Keep(0.2), ignoreOrder: true);
    }
}

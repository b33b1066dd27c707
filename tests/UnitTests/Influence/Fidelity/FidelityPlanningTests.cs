using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Subjects;
using ZiGong.Influence.Fidelity;
using ZiGong.Testing;

namespace ZiGong.UnitTests.Influence.Fidelity;

public sealed class FidelityPlanningTests : IDisposable
{
    private static readonly RunOptions Options = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("zigong-plan-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_cut_takes_the_same_samples_whatever_their_order_and_counts_them_by_period()
    {
        var samples = Samples();
        var settings = new FidelitySettings { Rows = 60, References = 24 };
        var (plan, encoding) = Of(samples, settings, Options);
        (plan.Training.Count, plan.References.Count).ShouldBe((60, 24));
        plan.Training.Select(s => s.Id).ShouldBe(plan.Training.Select(s => s.Id).Order(StringComparer.Ordinal));
        plan.Periods.Select(p => p.Samples).ShouldBe(plan.Training.GroupBy(s => s.Period).OrderBy(g => g.Key).Select(g => g.Count()));
        plan.Encoding.ShouldBe(ContentHash.Of(encoding.ToJson()));
        plan.Training.ShouldAllBe(s => s.Months != null && s.Prompt.Count == encoding.PromptLength);
        Of([.. samples.Reverse()], settings, Options).Plan.ToJson().ShouldBe(plan.ToJson());
    }

    [Theory]
    [InlineData("Agent:Base=/models/mistral", "Agent:Base")]
    [InlineData("Tuning:Base=/models/mistral", "Tuning:Base")]
    [InlineData("Templating:Nano=Words", "Templating:Nano")]
    public void A_base_other_than_nano_with_its_compact_prompts_is_refused(string assignment, string named) =>
        Should.Throw<InputException>(() => Of([], new FidelitySettings(), RunOptionsReader.Set(Options, assignment))).Message.ShouldContain(named);

    [Fact]
    public void A_cut_without_one_of_the_answers_is_refused() =>
        Should.Throw<InputException>(() => Of(Samples(), new FidelitySettings { References = 1 }, Options)).Message.ShouldContain("--references");

    [Fact]
    public void Free_answers_are_refused()
    {
        const string Questions = """
            name: questions
            task: question-answering
            format: {kind: csv}
            key: client
            fields:
              - {name: job, label: Job, kind: categorical}
            answer: {kind: text, questions: [{ask: What is the job?, answer: '{{job}}'}]}
            """;
        var descriptor = DescriptorFile.Parse(Questions, "test");
        Should.Throw<InputException>(() => FidelityPlanning.Of(descriptor, [], new FidelitySettings(), [], Options)).Message.ShouldContain("free texts");
    }

    private IReadOnlyList<Sample> Samples() =>
        FidelityPlanning.Read(Borrowers.Parsed, [Borrowers.Write(_folder)], new SubjectHasher([.. Enumerable.Range(0, 64).Select(i => (byte)i)]), default);

    private static (FidelityPlan Plan, SampleEncoding Encoding) Of(IReadOnlyList<Sample> samples, FidelitySettings settings, RunOptions options) =>
        FidelityPlanning.Of(Borrowers.Parsed, samples, settings, [FidelityMeasure.Lds], options);
}

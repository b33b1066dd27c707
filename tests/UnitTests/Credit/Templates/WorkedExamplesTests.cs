using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Tasks;
using ZiGong.Credit.Templates;

namespace ZiGong.UnitTests.Credit.Templates;

public sealed class WorkedExamplesTests
{
    private static readonly AnswerDescriptor Answer = new() { Allowed = ["good", "bad"], Positive = "bad" };

    // Two samples a borrower, one borrower in five is bad.
    private static readonly List<Sample> Training =
    [
        .. Enumerable.Range(0, 60).Select(i => new Sample(
            $"{i:x32}", "loans", "credit-default", $"subject {i / 2}", $"key {i}", new Dictionary<string, string> { ["income"] = $"{i}" },
            i / 2 % 5 == 0 ? "bad" : "good", null, null)),
    ];

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(7)]
    public void Answers_are_balanced_and_all_borrowers_differ(int shots)
    {
        var drawn = WorkedExamples.Draw(Training, Answer, shots, seed: 5).Shots;

        drawn.Count.ShouldBe(shots);
        drawn.Select(s => s.Subject).ShouldBeUnique();
        Math.Abs(drawn.Count(s => s.Answer == "good") - drawn.Count(s => s.Answer == "bad")).ShouldBeLessThanOrEqualTo(shots % 2);
    }

    [Fact]
    public void Nobody_is_shown_an_example_of_the_same_borrower_and_all_others_see_the_same()
    {
        var examples = WorkedExamples.Draw(Training, Answer, 6, seed: 5);
        var shown = examples.Shots.Select(s => s.Subject).ToHashSet();

        foreach (var sample in Training)
        {
            var own = examples.For(sample);
            own.ShouldNotContain(s => s.Subject == sample.Subject);
            own.Select(s => s.Answer).ShouldBe(examples.Shots.Select(s => s.Answer), "a substitute has the same answer");
            own.Select(s => s.Id).ShouldBeUnique();
            if (!shown.Contains(sample.Subject))
            {
                own.ShouldBe(examples.Shots);
            }
        }
    }

    [Fact]
    public void The_draw_depends_on_the_seed_and_not_on_the_order()
    {
        var drawn = WorkedExamples.Draw(Training, Answer, 6, seed: 5).Shots.Select(s => s.Id).ToList();

        WorkedExamples.Draw([.. Training.AsEnumerable().Reverse()], Answer, 6, seed: 5).Shots.Select(s => s.Id).ShouldBe(drawn);
        WorkedExamples.Draw(Training, Answer, 6, seed: 6).Shots.Select(s => s.Id).ShouldNotBe(drawn);
    }

    [Fact]
    public void Too_few_borrowers_of_an_answer_are_refused_with_the_numbers() =>
        Tables.MessageOf(() => WorkedExamples.Draw(Training, Answer, 12, seed: 5))
            .ShouldBe("Templating:Shots=12 needs 7 training borrowers with answer 'bad', there are 6: take fewer examples");

    [Fact]
    public void Free_answers_are_drawn_as_one_class() =>
        WorkedExamples.Draw(Training, new AnswerDescriptor { Kind = AnswerKind.Text, Template = "x" }, 20, seed: 5).Shots.Count.ShouldBe(20);

    [Fact]
    public void A_frame_without_a_place_for_examples_is_refused()
    {
        var template = new PromptTemplate(Tables.Descriptor(Tables.Loans + "\nprompt: {frame: '{{instruction}} {{input}}'}"));

        template.TakesExamples.ShouldBeFalse();
        new PromptTemplate(Tables.Descriptor()).TakesExamples.ShouldBeTrue();
        Tables.MessageOf(() => new TextEncoding(template, ["good", "bad"], ByteTokens.Tokens, WorkedExamples.Draw(Training, Answer, 1, 1)))
            .ShouldContain("{{#each examples}}");
    }
}

public sealed class ByteTokensTests
{
    [Theory]
    [InlineData("")]
    [InlineData("Answer: 2,500 €")]
    [InlineData("信用\n\0")]
    public void Text_comes_back_from_its_bytes(string text)
    {
        var ids = ByteTokens.Tokens.Encode(text);

        ids.ShouldAllBe(id => id > 2 && id < ByteTokens.Tokens.VocabularySize);
        ByteTokens.Tokens.Decode([1, .. ids, 2, 0]).ShouldBe(text);
    }

    [Fact]
    public void A_free_answer_is_its_own_only_answer()
    {
        var descriptor = Tables.Descriptor("""
            name: loans
            task: question-answering
            format: {kind: csv}
            fields: [{name: income, kind: numeric}]
            answer: {kind: text, template: '{{income}}'}
            """);
        var encoding = new TextEncoding(new PromptTemplate(descriptor), descriptor.Answer.Allowed, ByteTokens.Tokens);

        var prompt = encoding.Encode(new Sample(
            "id", "loans", "question-answering", "s", "k", new Dictionary<string, string> { ["income"] = "12" }, "12", null, null));

        prompt.Answers.ShouldBe([['1' + 3, '2' + 3, 2]]);
        prompt.Truth.ShouldBe(0);
        encoding.Decode(prompt.Prompt).ShouldEndWith("income: 12\nAnswer:");
    }
}

public sealed class MinorityResamplingTests
{
    private static IReadOnlyList<(string Id, string Task, string Class)> Samples(int good, int bad, string task = "credit") =>
        [.. Enumerable.Range(0, good).Select(i => ($"{task} g{i}", task, "good")), .. Enumerable.Range(0, bad).Select(i => ($"{task} b{i}", task, "bad"))];

    [Theory]
    [InlineData(100, 10, 2, 50)]
    [InlineData(101, 10, 2, 51)]
    [InlineData(100, 10, 3, 34)]
    [InlineData(100, 60, 2, 60)]
    [InlineData(10, 100, 1, 100)]
    public void The_rare_answer_is_repeated_to_the_ratio_and_never_cut(int good, int bad, double ratio, int rare)
    {
        var copies = MinorityResampling.Copies(Samples(good, bad), ratio, seed: 3);
        var rareClass = good > bad ? "b" : "g";

        copies.Where(c => c.Key.StartsWith($"credit {rareClass}", StringComparison.Ordinal)).Sum(c => c.Value).ShouldBe(rare);
        copies.Where(c => !c.Key.StartsWith($"credit {rareClass}", StringComparison.Ordinal)).ShouldAllBe(c => c.Value == 1);
        var counts = copies.Where(c => c.Key.StartsWith($"credit {rareClass}", StringComparison.Ordinal)).Select(c => c.Value).ToList();
        (counts.Max() - counts.Min()).ShouldBeLessThanOrEqualTo(1);
    }

    [Fact]
    public void Tasks_are_balanced_each_for_itself()
    {
        var copies = MinorityResampling.Copies([.. Samples(100, 10), .. Samples(4, 2, "fraud")], 2, seed: 3);

        copies.Where(c => c.Key.StartsWith("fraud", StringComparison.Ordinal)).ShouldAllBe(c => c.Value == 1);
        copies["credit b0"].ShouldBe(5);
    }

    [Fact]
    public void Which_get_one_more_depends_on_the_seed_alone()
    {
        var copies = MinorityResampling.Copies(Samples(100, 30), 2, seed: 3);

        MinorityResampling.Copies([.. Samples(100, 30).Reverse()], 2, seed: 3).OrderBy(c => c.Key, StringComparer.Ordinal)
            .ShouldBe(copies.OrderBy(c => c.Key, StringComparer.Ordinal));
        MinorityResampling.Copies(Samples(100, 30), 2, seed: 4).Where(c => c.Value == 2).Select(c => c.Key).ToHashSet()
            .SetEquals(copies.Where(c => c.Value == 2).Select(c => c.Key)).ShouldBeFalse();
    }
}

using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Metrics;
using ZiGong.Evaluation;
using ZiGong.Evaluation.Generative;
using ZiGong.UnitTests.Credit.Encodings;

namespace ZiGong.UnitTests.Evaluation;

/// <summary>Small parts of an evaluation by value: equal prompts, answers and their places, what is no number, paired differences.</summary>
public sealed class DistinctPromptsTests
{
    [Fact]
    public void Equal_tokens_are_one_prompt_in_the_order_in_which_they_come()
    {
        var distinct = new DistinctPrompts([Prompt(1, 2), Prompt(3), Prompt(1, 2), Prompt(1), Prompt(3), Prompt(1, 2)]);

        distinct.Prompts.Select(p => string.Join(' ', p.Prompt)).ShouldBe(["1 2", "3", "1"]);
        distinct.Times.ShouldBe([3, 2, 1]);
        distinct.PlaceOf.ShouldBe([0, 1, 0, 2, 1, 0]);
        (distinct.Find(Prompt(3)), distinct.Find(Prompt(2, 1)), distinct.Find(Prompt())).ShouldBe((1, null, null));
    }

    [Fact]
    public void Every_sample_is_found_again_among_random_prompts()
    {
        var random = new SeededRandom(1);
        var prompts = Enumerable.Range(0, 500).Select(_ => Prompt([.. Enumerable.Range(0, random.NextInt(3)).Select(_ => random.NextInt(4))])).ToList();

        var distinct = new DistinctPrompts(prompts);

        distinct.Prompts.Select(p => string.Join(' ', p.Prompt)).ShouldBe(prompts.Select(p => string.Join(' ', p.Prompt)).Distinct());
        Enumerable.Range(0, 500).ShouldAllBe(i => distinct.Prompts[distinct.PlaceOf[i]].Prompt.SequenceEqual(prompts[i].Prompt));
        distinct.Times.Sum().ShouldBe(500);
    }

    [Fact]
    public void Without_samples_there_are_no_prompts() => new DistinctPrompts([]).Prompts.ShouldBeEmpty();

    [Theory]
    [InlineData(new[] { -1.0, -0.5, -3 }, 1)]
    [InlineData(new[] { -0.5, -0.5, -0.5 }, 0)]
    [InlineData(new[] { -2.0, -1, -1.00001 }, 1)]
    [InlineData(new[] { -700.0, -800, -650 }, 2)]
    [InlineData(new[] { -1.0, double.NaN, -3 }, -1)]
    public void The_likeliest_answer_is_the_first_of_equal_ones_and_none_where_one_is_no_number(double[] logs, int place) =>
        AnswerSet.Likeliest(logs).ShouldBe(place);

    [Fact]
    public void Answers_have_places_and_three_are_many()
    {
        var answers = new AnswerSet(["good", "bad", "worse"], "bad");

        (answers.PositiveIndex, answers.PlaceOf("worse"), answers.AreMany).ShouldBe((1, 2, true));
        new AnswerSet(["good", "bad"], "bad").AreMany.ShouldBeFalse();
    }

    [Fact]
    public void Probabilities_that_are_no_numbers_are_counted_and_the_first_five_named()
    {
        var samples = Enumerable.Range(1, 8).Select(i => EncodingFixtures.Of(i)).ToList();
        double[] Of(int broken) => [.. Enumerable.Range(0, 8).Select(i => i < broken ? i % 2 == 0 ? double.NaN : double.NegativeInfinity : 0.5)];

        NotNumbers.In(samples, Of(0)).ShouldBe(NotNumbers.None);
        var some = NotNumbers.In(samples, Of(7));
        (some.Count, some.Samples.Count).ShouldBe((7, 5));
        some.Samples.ShouldBe(samples.Take(5).Select(s => s.Id));
    }

    [Fact]
    public void The_drift_of_a_score_leaves_out_what_is_no_number_and_a_model_without_any_has_none()
    {
        double[] scores = [.. Enumerable.Range(0, 100).Select(i => i / 100.0)];

        var drift = PruningEffect.ScoreDrift([double.NaN, .. scores], [.. scores, double.NaN], scores, scores);
        drift.Select(d => (d.Field, Math.Round(d.Psi, 9))).ShouldBe([("model", 0), ("scorecard", 0)]);
        PruningEffect.ScoreDrift([double.NaN], scores, scores, scores).Select(d => d.Field).ShouldBe(["scorecard"]);
        PruningEffect.ScoreDrift(scores, [double.NaN], [], []).ShouldBeEmpty();
    }

    [Fact]
    public void Paired_answers_of_other_samples_are_not_compared()
    {
        GenerativeAnswer Of(string id, string answer) => new(id, "", "late again", answer);

        Should.Throw<ArgumentException>(() => PairedF1.Of([Of("1", "late")], [Of("2", "late")], 1, 10)).Message.ShouldContain("needs the same samples");

        // Token F1 of "late" to "late again" is 2/3, of "late again" 1: gaps of 1/3 in all of four, too few for an interval.
        var few = PairedF1.Of([.. "1234".Select(i => Of($"{i}", "late again"))], [.. "1234".Select(i => Of($"{i}", "late"))], 1, 10);
        few.Value.ShouldBe(1 / 3.0, 1e-12);
        few.HasEnds.ShouldBeFalse();
        var enough = PairedF1.Of([.. "12345".Select(i => Of($"{i}", "late again"))], [.. "12345".Select(i => Of($"{i}", "late"))], 1, 10);
        new[] { enough.Value, enough.Lower, enough.Upper, enough.Detectable }.ShouldBe([1 / 3.0, 1 / 3.0, 1 / 3.0, 0], 1e-12);
    }

    [Fact]
    public void A_comparison_that_is_called_off_ends()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        GenerativeAnswer[] five = [.. "12345".Select(i => new GenerativeAnswer($"{i}", "", "a", "a"))];

        Should.Throw<OperationCanceledException>(() => PairedF1.Of(five, five, 1, 10, source.Token));
    }

    private static EncodedPrompt Prompt(params int[] tokens) => new(tokens, [[1], [2]], 0);
}

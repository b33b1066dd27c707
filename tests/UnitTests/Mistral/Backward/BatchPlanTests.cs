using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Mistral.Backward;

namespace ZiGong.UnitTests.Mistral.Backward;

public sealed class BatchPlanTests
{
    [Fact]
    public void Every_sample_is_in_exactly_one_batch_and_lengths_ascend()
    {
        var samples = Samples(100);
        var order = BatchPlan.ByLength(samples, 8, 10_000).SelectMany(batch => batch).ToArray();
        order.Order().ShouldBe(Enumerable.Range(0, 100));
        order.Select(i => samples[i].Tokens.Length).ShouldBeInOrder();
    }

    [Fact]
    public void Batches_are_the_same_whatever_the_order_of_the_list()
    {
        var samples = Samples(50);
        var shuffled = samples.ToArray();
        new SeededRandom(4).Shuffle<TokenizedSample>(shuffled);
        Ids(shuffled).ShouldBe(Ids(samples));

        static string[] Ids(TokenizedSample[] list) =>
            [.. BatchPlan.ByLength(list, 7, 300).Select(batch => string.Join(',', batch.Select(i => list[i].Id)))];
    }

    [Fact]
    public void A_batch_holds_no_more_samples_and_padded_tokens_than_allowed()
    {
        var samples = Samples(80);
        var batches = BatchPlan.ByLength(samples, 6, 200);
        batches.ShouldAllBe(batch => batch.Length <= 6);
        batches.ShouldAllBe(batch => batch.Length * batch.Max(i => samples[i].Tokens.Length) <= 200);
        batches.Any(batch => batch.Length == 6).ShouldBeTrue();
    }

    [Fact]
    public void A_sample_longer_than_the_limit_is_a_batch_of_its_own()
    {
        var samples = Samples(3);
        BatchPlan.ByLength(samples, 8, 1).Select(batch => batch.Length).ShouldBe([1, 1, 1]);
    }

    [Fact]
    public void No_samples_make_no_batches() => BatchPlan.ByLength([], 8, 100).ShouldBeEmpty();

    private static TokenizedSample[] Samples(int count)
    {
        var random = new SeededRandom(3);
        return [.. Enumerable.Range(0, count).Select(i => new TokenizedSample(Extraction.Id(i), new int[2 + random.NextInt(40)], 1))];
    }
}

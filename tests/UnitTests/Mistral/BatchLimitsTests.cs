using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Mistral;
using ZiGong.Mistral.Backward;
using ZiGong.ModelFiles;

namespace ZiGong.UnitTests.Mistral;

public sealed class BatchLimitsTests
{
    [Fact]
    public void Batches_keep_within_both_limits_and_hold_every_sample_once_in_order()
    {
        var random = new SeededRandom(5);
        int[] lengths = [.. Enumerable.Range(0, 300).Select(_ => 1 + random.NextInt(3000))];
        int[] order = [.. Enumerable.Range(0, 300).OrderBy(i => lengths[i])];

        var batches = new BatchLimits(16).Cut(order, lengths);

        batches.SelectMany(b => b).ShouldBe(order);
        batches.ShouldAllBe(b => b.Length <= 16 && b.Length * b.Max(i => lengths[i]) <= BatchLimits.LeastTokens);
    }

    [Fact]
    public void Samples_of_ordinary_length_are_cut_by_their_number_alone()
    {
        int[] lengths = [.. Enumerable.Repeat(512, 40)], order = [.. Enumerable.Range(0, 40)];

        foreach (var size in new[] { 1, 8, 16 })
        {
            new BatchLimits(size).Cut(order, lengths).ShouldBe(order.Chunk(size));
        }

        BatchLimits.Of(32).Cut(order, lengths).ShouldBe(order.Chunk(32));
        BatchLimits.Of(4).Tokens.ShouldBe(BatchLimits.LeastTokens);
    }

    [Fact]
    public void A_sample_that_is_longer_than_all_that_fits_stands_alone() =>
        new BatchLimits(16, 100).Cut([0, 1, 2, 3], [50, 50, 101, 5000]).ShouldBe([[0, 1], [2], [3]]);

    [Fact]
    public void Groups_of_one_length_hold_nothing_else_and_every_sample_once()
    {
        int[] lengths = [9, 3, 7, 3, 9, 3, 3];

        new BatchLimits(3).CutByOneLength(lengths, 0).ShouldBe([[1, 3, 5], [6], [2], [0, 4]]);
        new BatchLimits(3).CutByOneLength([], 0).ShouldBeEmpty();
        new BatchLimits(3, Tokens: 18).CutByOneLength(lengths, 0).ShouldBe([[1, 3, 5], [6], [2], [0, 4]]);
        new BatchLimits(3, Tokens: 18).CutByOneLength(lengths, 6).ShouldBe([[1, 3], [5, 6], [2], [0], [4]]);
        new BatchLimits(3, Tokens: 1).CutByOneLength(lengths, 6).ShouldAllBe(batch => batch.Length == 1);
    }

    [Fact]
    public void Limits_without_a_sample_are_refused() =>
        Should.Throw<ArgumentOutOfRangeException>(() => new BatchLimits(0).Cut([0], [1]));

    [Theory]
    [InlineData(16, 2896, true)]
    [InlineData(16, 2897, false)] // the scores of attention reach 2³¹ bytes
    [InlineData(2, 4096, true)]
    [InlineData(1, 11585, true)]
    [InlineData(1, 11586, false)]
    public void The_vectorised_kernels_say_what_they_can_hold(int samples, int length, bool can) =>
        LoraGradients.CanVectorise(MistralConfig.Nano(300), samples, length).ShouldBe(can);

    [Fact]
    public void A_wide_model_is_bounded_by_its_rows_too() =>
        LoraGradients.CanVectorise(MistralConfig.Nano(300) with { IntermediateSize = 100_000 }, 1, 2700).ShouldBeFalse();
}

using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Ingest.Sealing;

namespace ZiGong.UnitTests.Ingest;

public sealed class ShardCuttingTests
{
    [Fact]
    public void Shards_hold_one_pool_each_in_order_of_arrival()
    {
        var shards = ShardCutting.Cut("loans", [Arrived(3, Pool.Test), Arrived(1, Pool.Train), Arrived(2, Pool.Test), Arrived(0, Pool.Train)]);
        shards.Select(s => (s.Pool, string.Join(' ', s.Samples.Select(m => m.Sequence)))).ShouldBe([(Pool.Train, "0 1"), (Pool.Test, "2 3")]);
    }

    [Theory]
    [InlineData(0, new int[0])]
    [InlineData(1, new[] { 1 })]
    [InlineData(1024, new[] { 1024 })]
    [InlineData(1025, new[] { 1024, 1 })]
    [InlineData(2500, new[] { 1024, 1024, 452 })]
    public void A_shard_is_full_before_the_next_one_begins(int samples, int[] sizes) =>
        ShardCutting.Cut("loans", Enumerable.Range(0, samples).Select(i => Arrived(i, Pool.Train))).Select(s => s.Samples.Count).ShouldBe(sizes);

    [Fact]
    public void No_sample_is_lost_or_doubled_whatever_the_order_they_come_in() => Prop.ForAll(
        Gen.Choose(0, 2).ArrayOf().Resize(3000).ToArbitrary(),
        pools =>
        {
            var arrived = pools.Select((pool, i) => Arrived(i, (Pool)pool)).ToArray();
            var shuffled = arrived.ToArray();
            new SeededRandom(4).Shuffle<(Guid, long, Pool)>(shuffled);
            var shards = ShardCutting.Cut("loans", shuffled);
            return shards.SelectMany(s => s.Samples.Select(m => (m.SampleId, m.Sequence, s.Pool))).Order().SequenceEqual(arrived.Order())
                && shards.Select(s => s.ShardId).SequenceEqual(ShardCutting.Cut("loans", arrived).Select(s => s.ShardId));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Equal_content_has_the_same_id_wherever_it_lies_in_the_sequence()
    {
        var here = ShardCutting.Cut("loans", [Arrived(0, Pool.Train), Arrived(1, Pool.Train)]);
        var there = ShardCutting.Cut("loans", [(Arrived(0, Pool.Train).SampleId, 700, Pool.Train), (Arrived(1, Pool.Train).SampleId, 900, Pool.Train)]);
        there[0].ShardId.ShouldBe(here[0].ShardId);
    }

    [Fact]
    public void Data_set_pool_order_and_content_make_the_id()
    {
        string Id(string dataset, params (Guid, long, Pool)[] samples) => ShardCutting.Cut(dataset, samples)[0].ShardId;
        var ids = new[]
        {
            Id("loans", Arrived(0, Pool.Train), Arrived(1, Pool.Train)),
            Id("cards", Arrived(0, Pool.Train), Arrived(1, Pool.Train)),
            Id("loans", Arrived(0, Pool.Test), Arrived(1, Pool.Test)),
            Id("loans", Arrived(0, Pool.Train)),
            Id("loans", (Arrived(0, Pool.Train).SampleId, 5, Pool.Train), (Arrived(1, Pool.Train).SampleId, 4, Pool.Train)),
        };
        ids.Distinct().Count().ShouldBe(ids.Length);
    }

    private static (Guid SampleId, long Sequence, Pool Pool) Arrived(int number, Pool pool) => (new Guid(number + 1, 0, 0, new byte[8]), number, pool);
}

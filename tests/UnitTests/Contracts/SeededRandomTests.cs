using Shouldly;
using Xunit;
using ZiGong.Contracts;

namespace ZiGong.UnitTests.Contracts;

/// <summary>Expected numbers come from an implementation in another language, written from the paper's reference code.</summary>
public sealed class SeededRandomTests
{
    [Theory]
    [InlineData(0UL, 0x99ec5f36cb75f2b4, 0xbf6e1f784956452a, 0x1a5f849d4933e6e0, 0x7aac8c483a2edd2f)]
    [InlineData(1UL, 0xb3f2af6d0fc710c5, 0x853b559647364cea, 0x92f89756082a4514, 0xb8517c33c344d153)]
    [InlineData(42UL, 0x15780b2e0c2ec716, 0x6104d9866d113a7e, 0xae17533239e499a1, 0x8de5848c61ab8968)]
    [InlineData(ulong.MaxValue, 0x8f5520d52a7ead08, 0xc476a018caa1802d, 0x81de31c0d260469e, 0xc3c93ea5cde434cc)]
    public void The_generator_gives_the_published_numbers(ulong seed, ulong first, ulong second, ulong third, ulong thousandth)
    {
        var random = new SeededRandom(seed);
        var drawn = Enumerable.Range(0, 1000).Select(_ => random.NextUInt64()).ToArray();
        drawn[..3].ShouldBe([first, second, third]);
        drawn[999].ShouldBe(thousandth);
    }

    [Fact]
    public void Doubles_take_the_upper_53_bits()
    {
        var random = new SeededRandom(5);
        Enumerable.Range(0, 3).Select(_ => random.NextDouble()).ShouldBe([0.2884112281702357, 0.6020823331320106, 0.6495467305510222]);
    }

    [Fact]
    public void Integers_follow_Lemires_method()
    {
        var random = new SeededRandom(7);
        Enumerable.Range(0, 20).Select(_ => random.NextInt(6)).ShouldBe([4, 1, 5, 5, 5, 5, 0, 0, 2, 0, 3, 4, 5, 5, 2, 3, 1, 2, 0, 0]);
        Enumerable.Range(0, 3).Select(_ => random.NextInt(852_516_352)).ShouldBe([146143836, 555291885, 569014772]);
    }

    [Fact]
    public void Every_integer_is_equally_likely()
    {
        const int Sides = 7;
        const int Draws = 70_000;
        var random = new SeededRandom(3);
        var counts = new int[Sides];
        for (var i = 0; i < Draws; i++)
        {
            counts[random.NextInt(Sides)]++;
        }

        // Chi-squared with 6 degrees of freedom: 22.5 is passed once in a thousand seeds.
        var expected = Draws / (double)Sides;
        counts.Sum(c => (c - expected) * (c - expected) / expected).ShouldBeLessThan(22.5);
    }

    [Fact]
    public void Of_one_side_there_is_one_outcome()
    {
        var random = new SeededRandom(1);
        Enumerable.Range(0, 100).ShouldAllBe(_ => random.NextInt(1) == 0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_range_that_is_not_positive_is_refused(int n) =>
        Should.Throw<ArgumentOutOfRangeException>(() => new SeededRandom(1).NextInt(n));

    [Fact]
    public void Gaussians_have_mean_0_variance_1_and_light_tails()
    {
        const int Draws = 100_000;
        var random = new SeededRandom(9);
        var drawn = Enumerable.Range(0, Draws).Select(_ => random.NextGaussian()).ToArray();
        drawn.Average().ShouldBe(0, 4 / Math.Sqrt(Draws));
        drawn.Average(x => x * x).ShouldBe(1, 4 * Math.Sqrt(2.0 / Draws));
        drawn.Average(x => x * x * x * x).ShouldBe(3, 4 * Math.Sqrt(96.0 / Draws));
        (drawn.Count(x => Math.Abs(x) > 1.959964) / (double)Draws).ShouldBe(0.05, 0.003);
    }

    [Fact]
    public void Shuffling_is_Fisher_and_Yates_from_the_end()
    {
        int[] values = [0, 1, 2, 3, 4, 5, 6, 7];
        new SeededRandom(11).Shuffle<int>(values);
        values.ShouldBe([4, 5, 3, 6, 2, 7, 0, 1]);
    }

    [Fact]
    public void Every_order_of_three_is_equally_likely()
    {
        var random = new SeededRandom(13);
        var counts = new Dictionary<string, int>();
        for (var i = 0; i < 6000; i++)
        {
            char[] letters = ['a', 'b', 'c'];
            random.Shuffle<char>(letters);
            var order = new string(letters);
            counts[order] = counts.GetValueOrDefault(order) + 1;
        }

        counts.Count.ShouldBe(6);
        counts.Values.Sum(c => (c - 1000.0) * (c - 1000.0) / 1000).ShouldBeLessThan(20.5);
    }

    [Fact]
    public void A_stream_is_seeded_by_the_hash_of_seed_and_purpose()
    {
        SeededRandom.Derive(1, "selection").ShouldBe(7685016594257867821UL);
        SeededRandom.Derive(1, "selection", "german").ShouldBe(5521157134935487856UL);
        SeededRandom.Derive(ulong.MaxValue, "ü").ShouldBe(17986222056815957693UL);
        SeededRandom.Stream(1, "selection").NextUInt64().ShouldBe(new SeededRandom(7685016594257867821UL).NextUInt64());
    }

    [Fact]
    public void Streams_of_different_purposes_have_nothing_in_common()
    {
        var first = SeededRandom.Stream(1, "split");
        var second = SeededRandom.Stream(1, "selection");
        var pairs = Enumerable.Range(0, 10_000).Select(_ => (X: first.NextDouble() - 0.5, Y: second.NextDouble() - 0.5)).ToArray();
        (pairs.Average(p => p.X * p.Y) * 12).ShouldBe(0, 0.04);
    }
}

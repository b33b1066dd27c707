using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Encodings;

namespace ZiGong.UnitTests.Credit.Encodings;

/// <summary>Bins against what one would count by hand.</summary>
public sealed class FieldBinsTests
{
    [Fact]
    public void A_number_falls_into_the_bin_that_counting_edges_gives() =>
        Prop.ForAll(Gen.Choose(-40, 40).ListOf().ToArbitrary(), Gen.Choose(-45, 45).ToArbitrary(), (values, asked) =>
        {
            double[] edges = [.. values.Select(v => v / 4.0).Distinct().Order()];
            var bins = Numeric(edges);
            var value = asked / 4.0;
            return bins.Bin(Sample(value.ToString("R", CultureInfo.InvariantCulture))) == edges.Count(e => e <= value) && bins.Size == edges.Length + 2;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Fitted_edges_part_distinct_values_into_parts_of_like_size() =>
        Prop.ForAll(Gen.Choose(2, 12).ToArbitrary(), Gen.Choose(0, 1000).ToArbitrary(), (bins, seed) =>
        {
            var random = new SeededRandom((ulong)seed);
            double[] values = [.. Enumerable.Range(0, 40 + random.NextInt(200)).Select(_ => random.NextGaussian())];
            var edges = BinFitting.Edges(values, bins);
            int[] counts = [.. Enumerable.Range(0, edges.Length + 1).Select(b => values.Count(v => edges.Count(e => e <= v) == b))];
            edges.ShouldBe(edges.Order().Distinct());
            edges.ShouldAllBe(e => values.Contains(e));
            counts.Length.ShouldBe(bins);
            (counts.Max() - counts.Min()).ShouldBeLessThanOrEqualTo(2, "no value occurs twice, so nothing stands in the way of equal parts");
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_of_the_values_changes_no_edge() =>
        Prop.ForAll(Gen.Choose(0, 15).ListOf().ToArbitrary(), values =>
            BinFitting.Edges(values.Select(v => (double)v), 4).SequenceEqual(BinFitting.Edges(values.AsEnumerable().Reverse().Select(v => (double)v), 4)))
            .QuickCheckThrowOnFailure();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Values_that_are_not_parted_are_in_one_bin_however_many_they_are(int bins)
    {
        // 90 zeros and ten others: zero fills a bin alone, whatever share it has.
        double[] values = [.. new double[90], .. Enumerable.Range(1, 10).Select(i => (double)i)];

        var edges = BinFitting.Edges(values, bins);

        edges.Length.ShouldBe(bins - 1);
        edges.ShouldAllBe(e => e > 0);
        if (bins > 1)
        {
            edges[0].ShouldBe(1);
        }
    }

    [Fact]
    public void Categories_have_a_bin_each_then_other_unseen_and_missing()
    {
        var bins = Categorical(["b", "a"], ["rare1", "rare2"]);

        new[] { "b", "a", "rare1", "rare2", "new", "B", "" }.Select(v => bins.NameOf(bins.Bin(Sample(v))))
            .ShouldBe(["b", "a", "other", "other", "unseen", "unseen", "unseen"]);
        bins.NameOf(bins.Bin(Sample(null))).ShouldBe("missing");
        (bins.Size, bins.Missing).ShouldBe((5, 4));
        Enumerable.Range(0, bins.Size).Select(bins.NameOf).Distinct().Count().ShouldBe(bins.Size);
    }

    [Fact]
    public void Bins_are_described_by_their_ends_or_their_words()
    {
        Enumerable.Range(0, 4).Select(Numeric([0.5, 1000]).Describe).ShouldBe(["b0(..0.5)", "b1(0.5..1000)", "b2(1000..)", "missing"]);
        Numeric([]).Describe(0).ShouldBe("b0");
        var words = Categorical(["1", "2"], []) with { Words = new Dictionary<string, string> { ["2"] = "female" } };
        Enumerable.Range(0, 5).Select(words.Describe).ShouldBe(["1", "2(female)", "other", "unseen", "missing"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("12a")]
    [InlineData("NaN")]
    [InlineData("Infinity")]
    public void What_is_no_number_in_a_numeric_field_is_refused(string value) =>
        Should.Throw<InputException>(() => Numeric([1]).Bin(Sample(value))).Message.ShouldContain($"field f is \"{value}\", not a number");

    [Fact]
    public void One_hot_columns_lie_side_by_side_without_gaps()
    {
        var layout = new OneHotLayout([3, 1, 4]);

        (layout.Fields, layout.Columns).ShouldBe((3, 8));
        Enumerable.Range(0, 3).Select(layout.First).ShouldBe([0, 3, 4]);
        layout.Active([2, 0, 3]).ShouldBe([2, 3, 7]);
        layout.Active([0, 0, 0]).ShouldBe([0, 3, 4]);
        new OneHotLayout([]).Columns.ShouldBe(0);
    }

    private static FieldBins Numeric(double[] edges) => new("f", "F", FieldKind.Numeric, edges, [], [], new Dictionary<string, string>(), []);

    private static FieldBins Categorical(string[] kept, string[] rare) =>
        new("f", "F", FieldKind.Categorical, [], kept, rare, new Dictionary<string, string>(), []);

    private static Sample Sample(string? value) => value is null ? EncodingFixtures.Of(1) : EncodingFixtures.Of(1, ("f", value));
}

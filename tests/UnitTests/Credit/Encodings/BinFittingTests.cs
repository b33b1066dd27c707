using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Encodings;

namespace ZiGong.UnitTests.Credit.Encodings;

public sealed class BinFittingTests
{
    [Fact]
    public void Even_values_are_cut_into_tenths() =>
        BinFitting.Edges(Enumerable.Range(1, 100).Select(i => (double)i), 10).ShouldBe([11, 21, 31, 41, 51, 61, 71, 81, 91]);

    [Fact]
    public void Few_distinct_values_get_a_bin_each() =>
        BinFitting.Edges([-2, 0, 0, 0, 0, 8, 3, -2], 10).ShouldBe([0, 3, 8]);

    [Fact]
    public void A_value_that_half_the_rows_share_stands_alone()
    {
        double[] values = [.. Enumerable.Repeat(0.0, 60), .. Enumerable.Range(1, 60).Select(i => (double)i)];

        var edges = BinFitting.Edges(values, 4);

        edges.ShouldBe([1, 21, 41]); // {0}, then the rest in equal parts
    }

    [Fact]
    public void A_constant_or_absent_field_has_one_bin()
    {
        BinFitting.Edges([5, 5, 5], 10).ShouldBeEmpty();
        BinFitting.Edges([], 10).ShouldBeEmpty();
    }

    [Fact]
    public void Edges_rise_are_values_and_never_exceed_the_bins() =>
        Prop.ForAll(
            Gen.Choose(-20, 60).Select(v => v / 4.0).ArrayOf().ToArbitrary(),
            Gen.Choose(2, 12).ToArbitrary(),
            (values, bins) =>
            {
                var edges = BinFitting.Edges(values, bins);
                edges.Length.ShouldBeLessThan(bins);
                edges.ShouldBe(edges.Distinct().Order());
                edges.ShouldAllBe(e => values.Contains(e) && values.Any(v => v < e)); // so no bin is empty
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Only_the_most_frequent_categories_keep_a_bin()
    {
        var field = new FieldDescriptor { Name = "state", Column = "state", Label = "State", Kind = FieldKind.Categorical };
        var train = Enumerable.Range(0, 60).Select(i => EncodingFixtures.Of(i, ("state", i < 30 ? "CA" : i < 50 ? "NY" : "AK"))).ToArray();

        var bins = BinFitting.Fit(field, train, new EncodingOptions(RareCount: 5, MaxCategories: 2));

        bins.Categories.ShouldBe(["CA", "NY"]);
        bins.Rare.ShouldBe(["AK"]);
        bins.Counts.ShouldBe([30, 20, 10, 0, 0]);
    }
}

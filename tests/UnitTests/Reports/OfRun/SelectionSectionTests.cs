using Shouldly;
using Xunit;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.OfRun;
using ZiGong.Reports.Page;
using ZiGong.Reports.Scores;

namespace ZiGong.UnitTests.Reports.OfRun;

/// <summary>Four of eight samples are kept: two good ones for their score, two bad ones by chance and by the guard.</summary>
public sealed class SelectionSectionTests
{
    private static readonly ReportSection Section = SelectionSection.Of(ARun.Facts);

    [Fact]
    public void Reasons_are_counted_and_what_was_not_kept_comes_last() =>
        Rows(Section.Blocks.OfType<DataTable>().First()).ShouldBe(["class-guard 1 12.5 %", "random 1 12.5 %", "top 2 25.0 %", "not kept 4 50.0 %"]);

    [Fact]
    public void Classes_are_halved_alike_and_the_top_is_all_good()
    {
        var figure = Figure("Classes");

        Rows(figure.Data).ShouldBe(["bad 4 2 50.0 % 50.0 % 0.0 %", "good 4 2 50.0 % 50.0 % 100.0 %"]);
    }

    [Fact]
    public void Periods_stand_in_their_order_and_not_in_that_of_their_names()
    {
        var turned = ARun.Facts with { Periods = [ARun.Facts.Periods[0] with { Name = "late" }, ARun.Facts.Periods[1] with { Name = "early" }] };

        SelectionSection.Of(turned).Blocks.OfType<Figures>().Single().Items.Single(f => f.Title == "Periods").Data.Rows.Select(r => r[0].Text)
            .ShouldBe(["late", "early"]);
    }

    [Fact]
    public void Protected_fields_are_shown_in_words_and_missing_values_are_a_group()
    {
        // Odd numbers are male: 1 and 5 of the kept; 2 and 8 are female. Nobody's age is known.
        Rows(Figure("Protected field: Sex").Data).ShouldBe(["female 4 2 50.0 % 50.0 % 50.0 %", "male 4 2 50.0 % 50.0 % 50.0 %"]);
        Rows(Figure("Protected field: Age").Data).ShouldBe(["missing 8 4 100.0 % 100.0 % 100.0 %"]);
    }

    [Fact]
    public void Where_nothing_was_kept_for_its_score_its_shares_are_none()
    {
        var drawn = ARun.Scored with { Samples = [.. ARun.Scored.Samples.Select(s => s.Reason == "top" ? s with { Reason = "random" } : s)] };
        var section = SelectionSection.Of(ARun.Facts with { Result = ARun.Facts.Result with { Scored = drawn } });

        var figure = section.Blocks.OfType<Figures>().Single().Items[0];
        figure.Data.Rows.Select(r => r[^1].Text).ShouldBe(["-", "-"]);
        figure.Alt.ShouldNotContain("NaN");
    }

    [Fact]
    public void One_class_and_one_period_have_no_shares_to_show()
    {
        var facts = ARun.Facts with
        {
            Periods = [ARun.Facts.Periods[0]], Descriptor = ARun.Facts.Descriptor with { Fields = [.. ARun.Facts.Descriptor.Fields.Where(f => !f.Protected)] },
        };
        var good = ARun.Scored with { Samples = [.. ARun.Scored.Samples.Where(s => s.Sample.Answer == "good")] };

        SelectionSection.Of(facts with { Result = facts.Result with { Scored = good } }).Blocks.OfType<Figures>().ShouldBeEmpty();
    }

    [Fact]
    public void Base_rates_stand_beside_each_other_and_are_none_of_an_empty_part()
    {
        var report =
            ARun.Report with
            {
                Selection = [
                    new SelectionShare("class", "bad", 4, 4, 2, 2, 0, 0), new SelectionShare("period", "p1", 10, 2, 5, 2, 1, 0),
                    new SelectionShare("sex", "x", 3, 1, 0, 0, 0, 0)],
            };

        var table = SelectionSection.Of(ARun.With(report: report)).Blocks.OfType<DataTable>()
            .Single(t => t.Caption.StartsWith("Share of bad", StringComparison.Ordinal));

        Rows(table).ShouldBe(["period: p1 20.0 % 40.0 % 10 5", "sex: x 33.3 % none 3 0"]);
    }

    private static Figure Figure(string title) => Section.Blocks.OfType<Figures>().Single().Items.Single(f => f.Title == title);

    private static IEnumerable<string> Rows(DataTable table) => table.Rows.Select(r => string.Join(' ', r.Select(c => c.Text)));
}

using Shouldly;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Reading;
using ZiGong.Credit.Splits;
using ZiGong.Testing;

namespace ZiGong.UnitTests.Credit.Reading;

/// <summary>The real tables through their shipped descriptors, against counts taken from the files by other means.</summary>
public sealed class ShippedTablesTests
{
    private const string Uci = "uci-default/UCI_Credit_Card.csv";

    [SharedDataFact]
    public void German() => Counts("german", "calm/german.data", rejected: 0, ("good", 700), ("bad", 300));

    [SharedDataFact]
    public void Australian() => Counts("australian", "calm/australian.dat", rejected: 0, ("good", 307), ("bad", 383));

    [SharedDataFact]
    public void Polish_with_its_missing_ratios()
    {
        var report = Counts("polish", "calm/polish_1year.arff", rejected: 0, ("no", 6756), ("yes", 271));

        report.Missing["Attr21"].ShouldBe(ArffMissing(21));
        report.Missing["Attr27"].ShouldBe(ArffMissing(27));
    }

    [SharedDataFact]
    public void Uci_cross_section_has_one_sample_a_client_at_one_time()
    {
        var report = Counts("uci-default", Uci, rejected: 0, ("good", 23_364), ("bad", 6_636));

        report.Subjects.ShouldBe(30_000);
        report.FirstObserved.ShouldBe(report.LastObserved);
        report.Missing.ShouldBeEmpty();
    }

    [SharedDataFact]
    public void Uci_panel_has_four_windows_with_label_rates_of_their_own()
    {
        var samples = Tables.Samples("uci-default-panel", Uci);

        samples.GroupBy(sample => sample.ObservedAt!.Value.Month)
            .Select(window => (window.Key, window.Count(), Math.Round(100.0 * window.Count(sample => sample.Answer == "bad") / window.Count(), 1)))
            .ShouldBe([(6, 30_000, 14.0), (7, 30_000, 14.7), (8, 30_000, 10.4), (9, 30_000, 22.1)]);
        samples.Select(sample => sample.Id).Distinct().Count().ShouldBe(120_000);
    }

    [SharedDataFact]
    public void Uci_panel_shows_each_window_its_own_three_months()
    {
        // Client 1: PAY_0.. = 2,2,-1,-1,-2,-2; BILL_AMT1.. = 3913,3102,689,0,0,0.
        var windows = Tables.Stream("uci-default-panel", Uci).Take(4);

        windows.Select(
            sample => $"{sample.Fields["repayment_1"]} {sample.Fields["repayment_2"]} {sample.Fields["repayment_3"]} {sample.Fields["bill_1"]} {sample.Answer}")
            .ShouldBe(["-1 -2 -2 0 good", "-1 -1 -2 689 bad", "2 -1 -1 3102 bad", "2 2 -1 3913 bad"]);
    }

    [SharedDataFact]
    public void The_panel_and_the_cross_section_agree_on_who_a_client_is() =>
        Tables.Stream("uci-default-panel", Uci).First().Subject.ShouldBe(Tables.Stream("uci-default", Uci).First().Subject);

    [SharedDataFact]
    public void Uci_panel_trains_on_June_and_July_refers_to_August_and_tests_on_September()
    {
        var samples = Tables.Samples("uci-default-panel", Uci);

        var plan = SplitPlanner.Plan(
            [.. samples.Select((sample, i) => SampleHeader.Of(sample, i))], SplitOptions.From(DescriptorFile.Load("uci-default-panel")), 1);

        samples.Select((sample, i) => (sample.ObservedAt!.Value.Month, plan.Sides[i])).Distinct()
            .ShouldBe([(6, Side.Train), (7, Side.Train), (8, Side.Reference), (9, Side.Test)], ignoreOrder: true);
        plan.Periods.Count.ShouldBe(2);
        plan.DecayIdentified.ShouldBeTrue();
    }

    [SharedDataFact]
    public void Lending_Club_keeps_36_month_loans_in_policy_and_splits_by_issue_date()
    {
        var report = Counts("lending-club", "lending-club/lendingclub_2007_2011.csv", rejected: 0, ("good", 25_869), ("bad", 3_227));
        report.Filtered.ShouldBe(42_535 - 29_096);
        report.FirstObserved.ShouldBe(new DateTimeOffset(2007, 6, 1, 0, 0, 0, TimeSpan.Zero));

        var samples = Tables.Samples("lending-club", "lending-club/lendingclub_2007_2011.csv");
        samples[0].LabelKnownAt.ShouldBe(samples[0].ObservedAt!.Value.AddMonths(41));
        var plan = SplitPlanner.Plan([.. samples.Select((sample, i) => SampleHeader.Of(sample, i))], SplitOptions.From(DescriptorFile.Load("lending-club")), 1);

        plan.Windows.ShouldBe(new SplitWindows(
            new DateTimeOffset(2011, 4, 1, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2011, 7, 1, 0, 0, 0, TimeSpan.Zero),
            new DateTimeOffset(2012, 1, 1, 0, 0, 0, TimeSpan.Zero)));
        plan.Notes[0].ShouldBe("retrospective: labels not yet known at these dates");
        plan.Count(Side.Idle).ShouldBe(0);
        plan.Periods.Count.ShouldBeInRange(3, 6);
    }

    private static DatasetReport Counts(string dataset, string file, long rejected, params (string Answer, long Count)[] answers)
    {
        var report = DatasetCheck.Run(DescriptorFile.Load(dataset), SharedData.Require(file), Tables.Hasher, CancellationToken.None);
        report.Rejected.ShouldBe(rejected);
        report.Answers.Select(pair => (pair.Key, pair.Value)).ShouldBe(answers);
        report.Prompts.Count.ShouldBe(3);
        report.Prompts.Select(prompt => prompt.Answer).Distinct().Count().ShouldBe(2);
        return report;
    }

    private static long ArffMissing(int attribute) => File.ReadLines(SharedData.Require("calm/polish_1year.arff"))
        .SkipWhile(line => !line.StartsWith("@data", StringComparison.Ordinal)).Skip(1)
        .Count(line => line.Contains(',') && line.Split(',')[attribute - 1] == "?");
}

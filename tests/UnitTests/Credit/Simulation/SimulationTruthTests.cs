using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Simulation;

namespace ZiGong.UnitTests.Credit.Simulation;

/// <summary>Options at the ends of their ranges, and truth files that are none.</summary>
public sealed class SimulationTruthTests
{
    public static TheoryData<SimulationOptions, string> OutOfRange => new()
    {
        { new SimulationOptions { Borrowers = 0 }, "Borrowers is 0; it must be 1 to 10,000,000" },
        { new SimulationOptions { Borrowers = 10_000_001 }, "Borrowers is 10000001" },
        { new SimulationOptions { Months = 2 }, "Months is 2; it must be 3 to 240" },
        { new SimulationOptions { Months = 241 }, "Months is 241" },
        { new SimulationOptions { Every = 0 }, "Every is 0; it must be 1 to 12" },
        { new SimulationOptions { Every = 13 }, "Every is 13" },
        { new SimulationOptions { FlipShare = -0.01 }, "FlipShare is -0.01; it must be 0 to 0.5" },
        { new SimulationOptions { FlipShare = 0.51 }, "FlipShare is 0.51" },
        { new SimulationOptions { FlipShare = double.NaN }, "FlipShare is NaN" },
        { new SimulationOptions { Drift = 2.01 }, "Drift is 2.01; it must be 0 to 2" },
        { new SimulationOptions { Drift = double.NaN }, "Drift is NaN" },
        { new SimulationOptions { Start = new DateOnly(9999, 1, 1) }, "it must be before the year 9998" },
    };

    [Theory]
    [MemberData(nameof(OutOfRange))]
    public void An_option_beyond_its_range_is_named_with_it(SimulationOptions options, string words) =>
        Should.Throw<InputException>(() => options.Check()).Message.ShouldContain(words);

    [Theory]
    [InlineData(1, 3, 1, 0, 0)]
    [InlineData(1, 240, 12, 0.5, 2)]
    public void The_ends_of_the_ranges_are_within(int borrowers, int months, int every, double flips, double drift)
    {
        using var table = new StringWriter();
        using var truth = new StringWriter();

        var summary = CreditSimulator.Write(
            new SimulationOptions { Borrowers = borrowers, Months = months, Every = every, FlipShare = flips, Drift = drift }, table, truth);

        summary.Rows.ShouldBe(months / every);
        table.ToString().Split('\n').Length.ShouldBe(months / every + 2, "header, rows, and nothing after the last break");
        truth.ToString().Split('\n').Length.ShouldBe(months / every + 2);
    }

    [Fact]
    public void The_summary_counts_what_stands_in_the_truth()
    {
        using var truth = new StringWriter();

        var summary = CreditSimulator.Write(new SimulationOptions { Borrowers = 300, FlipShare = 0.2 }, TextWriter.Null, truth);

        var rows = truth.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(r => r.Split(',')).ToList();
        (summary.Rows, summary.Bads, summary.Flips).ShouldBe((rows.Count, rows.Count(r => r[3] == "1"), rows.Count(r => r[4] == "1")));
        double[] good = [.. rows.Where(r => r[3] == "0").Select(Probability)], bad = [.. rows.Where(r => r[3] == "1").Select(Probability)];
        var pairs = bad.Sum(b => good.Count(g => g < b) + (0.5 * good.Count(g => g == b)));
        summary.BayesAuc.ShouldBe(pairs / ((double)good.Length * bad.Length), 1e-3);

        double Probability(string[] row) => double.Parse(row[2], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Theory]
    [InlineData("", "line 1: this is not the simulator's ground truth")]
    [InlineData("borrower,month\n", "line 1: this is not the simulator's ground truth")]
    [InlineData(CreditSimulator.TruthHeader + "\nB000001,2023-01,0.1,0,0\n", "line 2: not a row")]
    [InlineData(CreditSimulator.TruthHeader + "\nB000001,2023-01,0.1,0,0,downturn\nB000002,2023-13,0.1,0,0,downturn\n", "line 3: not a row")]
    [InlineData(CreditSimulator.TruthHeader + "\nB000001,2023-01,high,0,0,downturn\n", "line 2: not a row")]
    public void What_is_no_truth_is_refused_by_its_line(string text, string words) =>
        Should.Throw<InputException>(() => GroundTruth.Read(new StringReader(text), "t.csv", DescriptorFile.Load("simulated"), Tables.Hasher)).Message
            .ShouldContain(words);

    [Fact]
    public void A_simulation_that_is_called_off_ends()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Should.Throw<OperationCanceledException>(() => CreditSimulator.Write(new SimulationOptions(), TextWriter.Null, TextWriter.Null, source.Token));
    }
}

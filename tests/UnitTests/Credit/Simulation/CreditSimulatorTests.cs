using System.Text;
using Shouldly;
using Xunit;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Reading;
using ZiGong.Credit.Simulation;
using ZiGong.Credit.Splits;

namespace ZiGong.UnitTests.Credit.Simulation;

public sealed class CreditSimulatorTests
{
    private static readonly SimulationOptions Small = new() { Borrowers = 400, FlipShare = 0.05 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void The_default_options_allow_a_Bayes_AUC_of_at_least_80_percent_with_a_believable_share_of_bads(ulong seed)
    {
        var summary = Simulate(new SimulationOptions { Seed = seed }).Summary;

        summary.Rows.ShouldBe(18_000);
        summary.BayesAuc.ShouldBeInRange(0.80, 0.92);
        ((double)summary.Bads / summary.Rows).ShouldBeInRange(0.12, 0.30);
        summary.Flips.ShouldBe(0);
    }

    [Fact]
    public void Every_row_reads_back_through_the_shipped_descriptor_and_finds_its_truth()
    {
        var made = Simulate(Small);
        var descriptor = DescriptorFile.Load("simulated");
        var truth = GroundTruth.Read(new StringReader(made.Truth), "truth.csv", descriptor, Tables.Hasher);

        made.Samples.Count.ShouldBe((int)made.Summary.Rows);
        truth.Count.ShouldBe(made.Samples.Count);
        foreach (var sample in made.Samples)
        {
            var row = truth[sample.NaturalKey];
            (sample.Answer == "bad").ShouldBe(row.Defaulted ^ row.Flipped);
        }

        truth.Values.Count(row => row.Flipped).ShouldBe((int)made.Summary.Flips);
        truth.Values.Select(row => row.Regime).Distinct().ShouldBe(["expansion", "tightening", "downturn"], ignoreOrder: true);
    }

    [Fact]
    public void The_true_probability_is_calibrated()
    {
        var made = Simulate(new SimulationOptions()).Truth;
        var truth = GroundTruth.Read(new StringReader(made), "truth.csv", DescriptorFile.Load("simulated"), Tables.Hasher).Values;

        foreach (var group in truth.GroupBy(row => (int)(row.Probability * 5)))
        {
            // Four standard errors of the mean of Bernoulli draws.
            var error = 4 * Math.Sqrt(group.Sum(row => row.Probability * (1 - row.Probability))) / group.Count();
            group.Average(row => row.Defaulted ? 1.0 : 0).ShouldBe(group.Average(row => row.Probability), error);
        }
    }

    [Fact]
    public void Flips_have_the_given_share_and_stay_out_of_the_reference_and_test_months()
    {
        var made = Simulate(Small with { Borrowers = 1500, FlipShare = 0.1 });
        var descriptor = DescriptorFile.Load("simulated");
        var truth = GroundTruth.Read(new StringReader(made.Truth), "truth.csv", descriptor, Tables.Hasher);
        var plan = SplitPlanner.Plan([.. made.Samples.Select((sample, i) => SampleHeader.Of(sample, i))], SplitOptions.From(descriptor), 1);

        var flipped = made.Samples.Select((sample, i) => (Side: plan.Sides[i], truth[sample.NaturalKey].Flipped))
            .ToLookup(pair => pair.Side, pair => pair.Flipped);

        flipped[Side.Train].Average(flip => flip ? 1.0 : 0).ShouldBe(0.1, 0.02);
        flipped[Side.Reference].ShouldAllBe(flip => !flip);
        flipped[Side.Test].ShouldAllBe(flip => !flip);
    }

    [Fact]
    public void Flips_change_labels_and_nothing_else()
    {
        var clean = Simulate(Small with { FlipShare = 0 });
        var flipped = Simulate(Small);

        flipped.Csv.Split('\n').Select(line => line.Length > 0 ? line[..^1] : "").ShouldBe(
            clean.Csv.Split('\n').Select(line => line.Length > 0 ? line[..^1] : ""));
        flipped.Csv.ShouldNotBe(clean.Csv);
    }

    [Fact]
    public void The_same_options_give_the_same_bytes_and_another_seed_others()
    {
        Simulate(Small).Csv.ShouldBe(Simulate(Small).Csv);
        Simulate(Small).Truth.ShouldBe(Simulate(Small).Truth);
        Simulate(Small with { Seed = 2 }).Csv.ShouldNotBe(Simulate(Small).Csv);
    }

    [Fact]
    public void Behaviour_loses_its_old_meaning_as_the_economy_drifts()
    {
        // Utilisation separates bads less, and inquiries more, at the end than at the start.
        var samples = Simulate(new SimulationOptions { Borrowers = 4000 }).Samples;

        Gap(samples, early: true, "utilisation").ShouldBeGreaterThan(1.3 * Gap(samples, early: false, "utilisation"));
        Gap(samples, early: false, "inquiries").ShouldBeGreaterThan(1.3 * Gap(samples, early: true, "inquiries"));
    }

    [Fact]
    public void Without_drift_the_first_and_last_months_agree()
    {
        var samples = Simulate(new SimulationOptions { Borrowers = 4000, Drift = 0 }).Samples;

        Gap(samples, early: true, "inquiries").ShouldBe(Gap(samples, early: false, "inquiries"), 0.25);
    }

    [Fact]
    public void Borrowers_are_seen_several_times_and_every_month_has_samples()
    {
        var samples = Simulate(Small).Samples;

        samples.CountBy(sample => sample.Subject).ShouldAllBe(pair => pair.Value == 6);
        samples.Select(sample => sample.ObservedAt).Distinct().Count().ShouldBe(18);
        samples.Select(sample => sample.ObservedAt).ShouldBe(samples.Select(sample => sample.ObservedAt).Order());
    }

    [Theory]
    [InlineData(0, 18, 0.0, "Borrowers")]
    [InlineData(10, 2, 0.0, "Months")]
    [InlineData(10, 18, 0.6, "FlipShare")]
    public void An_option_out_of_range_is_named_with_its_range(int borrowers, int months, double flips, string option) =>
        Tables.MessageOf(() => Simulate(new SimulationOptions { Borrowers = borrowers, Months = months, FlipShare = flips }))
            .ShouldStartWith($"The simulator's option {option} is ");

    [Fact]
    public void A_file_that_is_no_ground_truth_is_refused_with_its_line()
    {
        var descriptor = DescriptorFile.Load("simulated");

        Tables.MessageOf(() => GroundTruth.Read(new StringReader("a,b\n"), "t.csv", descriptor, Tables.Hasher)).ShouldContain("t.csv, line 1");
        var cut = new StringReader($"{CreditSimulator.TruthHeader}\nB1,x\n");
        Tables.MessageOf(() => GroundTruth.Read(cut, "t.csv", descriptor, Tables.Hasher)).ShouldContain("t.csv, line 2");
        Tables.MessageOf(() => GroundTruth.Read("no-truth.csv", descriptor, Tables.Hasher)).ShouldContain("no-truth.csv");
    }

    /// <summary>Mean of a field among bads less the mean among goods, in standard deviations, over the first or last third of the months.</summary>
    private static double Gap(List<Sample> samples, bool early, string field)
    {
        var border = samples[0].ObservedAt!.Value.AddMonths(early ? 6 : 12);
        var values = samples.Where(sample => early == (sample.ObservedAt < border) && sample.Fields.ContainsKey(field))
            .Select(sample => (sample.Answer, Value: double.Parse(sample.Fields[field], System.Globalization.CultureInfo.InvariantCulture))).ToList();
        var mean = values.Average(pair => pair.Value);
        var deviation = Math.Sqrt(values.Average(pair => (pair.Value - mean) * (pair.Value - mean)));
        return (values.Where(pair => pair.Answer == "bad").Average(pair => pair.Value)
            - values.Where(pair => pair.Answer == "good").Average(pair => pair.Value))
            / deviation;
    }

    private static (SimulationSummary Summary, string Csv, string Truth, List<Sample> Samples) Simulate(SimulationOptions options)
    {
        using var csv = new StringWriter();
        using var truth = new StringWriter();
        var summary = CreditSimulator.Write(options, csv, truth);
        var results = Tables.Read(DescriptorFile.Load("simulated"), Encoding.UTF8.GetBytes(csv.ToString()));
        return (summary, csv.ToString(), truth.ToString(), [.. results.Select(result => result.Sample!)]);
    }
}

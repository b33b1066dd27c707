using Shouldly;
using Xunit;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Experiments;
using ZiGong.Reports.OfExperiment;
using ZiGong.Reports.Page;

namespace ZiGong.UnitTests.Reports.OfExperiment;

/// <summary>Two arms, two seeds, by value.</summary>
public sealed class ExperimentSectionsTests
{
    private static readonly ExperimentDesign Design = new(
        [1, 2], [1, 2], 0, ["snap"], 150, "as many as the whole data take", 4000, 1500, 900, 270, 0, 0, 0, true, 1000, []);

    private static readonly ExperimentResult Result = new(
        new string('a', 64), "gamma", "Which γ?", "toy", new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), "1-2", 4, 4, Design,
        [Arm("gamma-1", 1, 0.40, 0.02, null), Arm("gamma-0.5", 0.5, 0.45, 0.08, 0.25)],
        [Against("gamma-0.5", 0.05, 0.01, 0.09)], [], ["A note."]);

    [Theory]
    [InlineData(0, 0, 0, "")]
    [InlineData(4000, 0, 0, "at most 4,000 training samples")]
    [InlineData(1, 2, 3, "at most 1 training samples, at most 2 reference samples, at most 3 test samples")]
    public void Caps_are_named_or_there_are_none(int training, int reference, int test, string words) =>
        DesignSection.Caps(Design with { MaximumTraining = training, MaximumReference = reference, MaximumTest = test }).ShouldBe(words);

    [Fact]
    public void The_design_says_what_all_arms_share()
    {
        Facts(Result).ShouldSatisfyAllConditions(
            f => f["Training, reference and test samples"].ShouldBe("4,000, 1,500, 900"), f => f["Caps"].ShouldBe("none: all samples take part"),
            f => f["Seeds"].ShouldBe("1, 2; measured: 1, 2"),
            f => f["Folds"].ShouldBe("one test side"), f => f["Steps"].ShouldBe("150: as many as the whole data take"), f => f["Decay"].ShouldBe("identified"),
            f => f["Options of all arms"].ShouldBe("the defaults"));
        Facts(Result with { Design = Design with { SeedsMeasured = [], Folds = 5, DecayIdentified = false, Set = ["A:B=1", "C:D=2"] } })
            .ShouldSatisfyAllConditions(
                f => f["Seeds"].ShouldBe("1, 2; measured: none yet"), f => f["Folds"].ShouldBe("5, test samples pooled"),
                f => f["Decay"].ShouldContain("γ is 1 in every arm"), f => f["Options of all arms"].ShouldBe("A:B=1, C:D=2"));

        Dictionary<string, string> Facts(ExperimentResult result) =>
            DesignSection.Of(result).Blocks.OfType<Facts>().Single().Items.ToDictionary(i => i.Name, i => i.Value);
    }

    [Fact]
    public void Arms_show_mean_interval_and_spread_over_seeds_or_none()
    {
        var table = ArmsSection.Of(
            Result with
            {
                Arms = [Result.Arms[0], Result.Arms[1] with { Metrics = new Dictionary<Metric, ArmFigure> { [Metric.Ks] = new(0.5, 0.4, 0.6, 0, [0.5]) } }],
            })
            .Blocks.OfType<DataTable>().Single();

        table.Columns.Select(c => c.Name).ShouldBe(["Arm", "KS ↑", "AUC ↑"]);
        Rows(table).ShouldBe(["gamma-1|0.400 [0.300, 0.500] ± 0.020|0.700 [0.600, 0.800] ± 0.020", "gamma-0.5|0.500 [0.400, 0.600]|none"]);
    }

    [Fact]
    public void The_curve_names_what_is_varied()
    {
        var figure = ArmCurvesSection.Of(Result).Blocks.OfType<Figures>().Single().Items[0];

        figure.Title.ShouldBe("KS over γ");
        figure.Alt.ShouldBe("TracSeq: 0.450 at 0.5, 0.400 at 1.");
        Rows(figure.Data).ShouldBe(["gamma-0.5|0.5|0.450|0.350|0.550|0.370, 0.530", "gamma-1|1|0.400|0.300|0.500|0.380, 0.420"]);
        ArmCurvesSection.Of(Result with { Name = "mix" }).Lead.ShouldContain("over share of top places");
        ArmCurvesSection.Of(Result with { Name = "prune-ratio" }).Lead.ShouldContain("over share of the data kept");
        ArmCurvesSection.Of(Result with { Arms = [Result.Arms[0]] }).Blocks.OfType<Paragraph>().Single().Text
            .ShouldBe("The arms of this experiment form no curve.");
    }

    [Fact]
    public void Seeds_stand_side_by_side_and_the_widest_arm_is_named()
    {
        var figure = SeedsSection.Of(Result).Blocks.OfType<Figures>().Single().Items[0];

        figure.Alt.ShouldBe("One point per arm and seed. The seeds of gamma-0.5 lie widest apart, with a standard deviation of 0.080.");
        Rows(figure.Data).ShouldBe(["gamma-1|0.380|0.420|0.400|0.020", "gamma-0.5|0.370|0.530|0.450|0.080"]);
    }

    [Fact]
    public void What_was_kept_is_shared_out_by_every_answer_that_any_arm_kept()
    {
        var arms =
            new[]
            {
                Result.Arms[0] with { Kept = 800, ClassShares = new Dictionary<string, double> { ["good"] = 1 } },
                Result.Arms[1] with { Kept = 400, ClassShares = new Dictionary<string, double> { ["bad"] = 0.25, ["good"] = 0.75 }, MeanAge = 7.26 },
            };

        var table = KeptSection.Of(Result with { Arms = arms }).Blocks.OfType<DataTable>().Single();

        Rows(table).ShouldBe(["gamma-1|800|0.0 %|100.0 %|no times|none", "gamma-0.5|400|25.0 %|75.0 %|7.3|0.250"]);
        KeptSection.Of(Result with { Arms = [Result.Arms[0] with { Kept = null }] }).Blocks.OfType<Paragraph>().Single().Text
            .ShouldStartWith("No seed has been finished");
    }

    [Fact]
    public void Differences_carry_their_reading_and_its_tone()
    {
        var blocks = DifferencesSection.Of(Result).Blocks;
        var row = blocks.OfType<DataTable>().Single().Rows.Single();

        row.Select(c => c.Text).ShouldBe(["gamma-0.5", "gamma-1", "+0.050 [+0.010, +0.090]", "0.030", "better", "2", "0.500"]);
        row[4].Tone.ShouldBe(Tone.Good);
        DifferencesSection.Of(Result with { Comparisons = [] }).Blocks.OfType<Paragraph>().Single().Text.ShouldBe("There are no comparisons yet.");
    }

    [Theory]
    [InlineData(0.01, 0.09, "In KS, 1 comparison of 1 is better beyond chance, 0 worse, 0 undecided.")]
    [InlineData(-0.01, 0.09, "No difference in KS is beyond chance, in 1 comparison.")]
    [InlineData(-0.09, -0.01, "In KS, 0 comparisons of 1 are better beyond chance, 1 worse, 0 undecided.")]
    public void The_headline_counts_what_intervals_show(double lower, double upper, string headline) =>
        ExperimentVerdict.Of(Result with { Comparisons = [Against("gamma-0.5", (lower + upper) / 2, lower, upper)] }).Headline.ShouldBe(headline);

    [Fact]
    public void One_seed_says_nothing_of_another_training_and_one_comparison_needs_no_word_on_many()
    {
        var verdict = ExperimentVerdict.Of(Result with { Design = Design with { SeedsMeasured = [1] } });

        verdict.Sentences.ShouldContain("One seed: the intervals cover the test samples drawn, and say nothing of another training.");
        verdict.Sentences.ShouldNotContain(s => s.StartsWith("Each interval covers", StringComparison.Ordinal));
        ExperimentVerdict.Of(Result with { Comparisons = [] }).Headline.ShouldBe("The plan compares no two arms.");
    }

    [Fact]
    public void Runs_that_failed_or_have_not_begun_stand_in_the_list()
    {
        var arms = new[]
        {
            Result.Arms[0] with { Runs = [new ArmRun(1, 0, new Guid(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11), "Failed"), new ArmRun(2, 0, null, "Planned")] },
        };

        var table = RunsSection.Of(Result with { Arms = arms }).Blocks.OfType<DataTable>().Single();
        Rows(table).ShouldBe(["gamma-1|1|00000001-0002-0003-0405-060708090a0b|Failed", "gamma-1|2|not started|Planned"]);
        table.Rows.Select(r => r[3].Tone).ShouldBe([Tone.Bad, Tone.Neutral]);
        RunsSection.Of(Result with { Arms = arms, Design = Design with { Folds = 3 } }).Blocks.OfType<DataTable>().Single().Columns.Select(c => c.Name)
            .ShouldBe(["Arm", "Seed", "Fold", "Run", "Status"]);
    }

    private static ArmResult Arm(string name, double x, double ks, double spread, double? overlap) => new(
        name, $"γ = {x}", [$"TracSeq:Gamma={x}"], "TracSeq", x,
        new Dictionary<Metric, ArmFigure>
        {
            [Metric.Ks] = new(ks, ks - 0.1, ks + 0.1, spread, [ks - (spread == 0.02 ? 0.02 : 0.08), ks + (spread == 0.02 ? 0.02 : 0.08)]),
            [Metric.Auc] = new(0.7, 0.6, 0.8, 0.02, [0.69, 0.71]),
        },
        800, new Dictionary<string, double>(), null, overlap, 60, 1, 9, []);

    private static ArmComparison Against(string arm, double value, double lower, double upper) =>
        new(arm, "gamma-1", 900, 2, new Dictionary<Metric, Difference> { [Metric.Ks] = new(value, lower, upper, 0.03) }, 0.5);

    private static IEnumerable<string> Rows(DataTable table) => table.Rows.Select(r => string.Join('|', r.Select(c => c.Text)));
}

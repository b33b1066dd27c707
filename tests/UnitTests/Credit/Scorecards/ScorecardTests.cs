using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Scorecards;
using ZiGong.Influence;
using ZiGong.UnitTests.Credit.Encodings;

namespace ZiGong.UnitTests.Credit.Scorecards;

public sealed class ScorecardTests
{
    // Column 0: 7 of 8 bad; column 1: 1 of 8. By symmetry the intercept is 0 and w₀ = −w₁ = w with 8(σ(w) − 7/8) + w/C = 0:
    // w = ln 3 has σ(w) = 3/4, so C = ln 3.
    private static readonly OneHotRows Mirrored = new([.. Enumerable.Range(0, 16).Select(i => new[] { i / 8 })], 2);
    private static readonly bool[] MirroredLabels = [.. Enumerable.Range(0, 16).Select(i => i < 8 ? i > 0 : i == 8)];

    [Fact]
    public void A_case_with_a_closed_solution_is_met()
    {
        var fit = LogisticRegression.Fit(Mirrored, MirroredLabels, c: Math.Log(3));

        fit[0].ShouldBe(Math.Log(3), 1e-7);
        fit[1].ShouldBe(-Math.Log(3), 1e-7);
        fit[2].ShouldBe(0, 1e-7);
    }

    [Fact]
    public void The_gradient_vanishes_at_the_solution_and_agrees_with_finite_differences_elsewhere()
    {
        var (rows, labels) = Random(400, 5);
        var fit = LogisticRegression.Fit(rows, labels, 0.3);
        LogisticRegression.Gradient(rows, labels, 0.3, fit).ShouldAllBe(g => Math.Abs(g) < 1e-6);

        double[] elsewhere = [.. fit.Select((w, j) => w + (0.1 * j))];
        var gradient = LogisticRegression.Gradient(rows, labels, 0.3, elsewhere);
        for (var j = 0; j < fit.Length; j++)
        {
            double Shifted(double by) => Objective(rows, labels, 0.3, [.. elsewhere.Select((w, k) => k == j ? w + by : w)]);
            gradient[j].ShouldBe((Shifted(1e-5) - Shifted(-1e-5)) / 2e-5, 1e-4);
        }
    }

    [Fact]
    public void It_agrees_with_plain_gradient_descent()
    {
        var (rows, labels) = Random(60, 8);
        var slow = new double[rows.Columns + 1];
        for (var step = 0; step < 20_000; step++)
        {
            var gradient = LogisticRegression.Gradient(rows, labels, 1, slow);
            slow = [.. slow.Select((w, j) => w - (0.02 * gradient[j]))];
        }

        var fit = LogisticRegression.Fit(rows, labels, 1);
        for (var j = 0; j < fit.Length; j++)
        {
            fit[j].ShouldBe(slow[j], 1e-5);
        }
    }

    [Fact]
    public void Twelve_rows_agree_with_pytorch()
    {
        int[][] active = [[0, 3], [0, 4], [1, 3], [1, 5], [2, 4], [2, 5], [2, 3], [1, 4], [0, 5], [2, 5], [1, 5], [0, 3]];
        bool[] labels = [.. new[] { 0, 0, 0, 1, 1, 1, 0, 1, 0, 1, 1, 1 }.Select(y => y == 1)];

        var fit = LogisticRegression.Fit(new OneHotRows(active, 6), labels, c: 0.7);

        // torch.optim.LBFGS in float64 on C · binary cross entropy + ½‖w‖², largest gradient 2e-9
        fit.ShouldBe([-0.502946835, 0.251473418, 0.251473418, -0.503029136, 0.120495515, 0.382533621, 0.335378548], 1e-7);
    }

    [Fact]
    public void Strong_regularisation_leaves_the_base_rate()
    {
        var fit = LogisticRegression.Fit(Mirrored, [.. MirroredLabels.Select((_, i) => i < 4)], c: 1e-9);

        LogisticRegression.Sigmoid(fit[2]).ShouldBe(0.25, 1e-6);
        Math.Abs(fit[0]).ShouldBeLessThan(1e-6);
    }

    [Fact]
    public void Separable_data_stay_finite() =>
        LogisticRegression.Fit(Mirrored, [.. MirroredLabels.Select((_, i) => i < 8)], c: 100).ShouldAllBe(w => double.IsFinite(w));

    [Fact]
    public void Cross_validation_prefers_weights_where_they_help_and_none_where_there_is_only_noise()
    {
        var (rows, labels) = Random(2000, 1);
        var noise = new SeededRandom(3);
        bool[] tossed = [.. labels.Select(_ => noise.NextDouble() < 0.3)];

        var signal = Scorecard.Fit(rows, labels, seed: 1);
        var nothing = Scorecard.Fit(rows, tossed, seed: 1);

        signal.C.ShouldBeGreaterThan(0.01);
        nothing.C.ShouldBeLessThan(signal.C);
        signal.LogLosses[signal.C].ShouldBe(signal.LogLosses.Values.Min());
        signal.LogLosses.Count.ShouldBe(ScorecardOptions.Default.Grid.Count);
    }

    [Fact]
    public void A_borrower_with_many_rows_is_in_one_fold_so_that_knowing_him_is_no_merit()
    {
        // Twenty borrowers of ten rows each and a column for each borrower; who is bad is a toss, so nothing can be learned for others.
        string[] subjects = [.. Enumerable.Range(0, 200).Select(i => $"subject{i % 20}")];
        var rows = new OneHotRows([.. Enumerable.Range(0, 200).Select(i => new[] { i % 20 })], 20);
        var random = new SeededRandom(4);
        bool[] bad = [.. Enumerable.Range(0, 20).Select(_ => random.NextDouble() < 0.4)];
        bool[] labels = [.. Enumerable.Range(0, 200).Select(i => bad[i % 20])];

        Scorecard.Fit(rows, labels, 1).C.ShouldBe(3);
        Scorecard.Fit(rows, labels, 1, subjects: subjects).LogLosses.Values.Min().ShouldBeGreaterThan(0.6);
    }

    [Fact]
    public void Samples_are_folded_by_their_subject()
    {
        string[] regions = [.. Enumerable.Range(0, 10).Select(i => $"region{i}")];
        Sample[] Rows(Func<int, string> subject) =>
            [.. Enumerable.Range(1, 200)
                .Select(
                    i => EncodingFixtures.Of(
                        i, i % 10 is 1 or 3 or 4 or 8 ? "bad" : "good", ("limit", "1"), ("sex", "1"),
                        ("region", regions[i % 10])) with { Subject = subject(i) })];
        double Loss(Sample[] rows) => Scorecard.Fit(SampleEncoding.Fit(EncodingFixtures.Descriptor, rows), rows, 1).LogLosses.Values.Min();

        Loss(Rows(i => $"{i}")).ShouldBeLessThan(0.2);
        Loss(Rows(i => $"{i % 10}")).ShouldBeGreaterThan(0.6);
    }

    [Fact]
    public void Where_every_borrower_has_one_row_folding_by_borrower_changes_nothing()
    {
        var (rows, labels) = Random(300, 2);

        Scorecard.Fit(rows, labels, 7, subjects: [.. labels.Select((_, i) => $"{i}")]).LogLosses.ShouldBe(Scorecard.Fit(rows, labels, 7).LogLosses);
    }

    [Fact]
    public void Bads_of_one_borrower_alone_cannot_be_folded()
    {
        bool[] labels = [.. Enumerable.Range(0, 16).Select(i => i < 8)];
        string[] subjects = [.. Enumerable.Range(0, 16).Select(i => i < 8 ? "one" : $"{i}")];

        Should.Throw<InputException>(() => Scorecard.Fit(Mirrored, labels, 1, subjects: subjects)).Message.ShouldContain("one borrower");
    }

    [Fact]
    public void The_same_seed_gives_the_same_scorecard()
    {
        var (rows, labels) = Random(300, 2);

        var once = Scorecard.Fit(rows, labels, 7);
        var again = Scorecard.Fit(rows, labels, 7);

        again.Weights.ShouldBe(once.Weights);
        again.C.ShouldBe(once.C);
    }

    [Fact]
    public void A_probability_is_the_sigmoid_of_the_active_weights() =>
        new Scorecard(0.5, [1, -2, 0.25], 1, new Dictionary<double, double>()).Probability([0, 2]).ShouldBe(1 / (1 + Math.Exp(-1.75)), 1e-12);

    [Fact]
    public void A_table_of_hundreds_of_fields_is_fitted_in_seconds_and_exactly()
    {
        using var minute = new CancellationTokenSource(TimeSpan.FromMinutes(1)); // dense Newton steps would take hours
        var (rows, labels) = Wide(1500, 400);

        var card = Scorecard.Fit(rows, labels, seed: 1, ct: minute.Token);

        LogisticRegression.Gradient(rows, labels, card.C, [.. card.Weights, card.Intercept]).ShouldAllBe(g => Math.Abs(g) <= 1e-9 * 1500);
        card.LogLosses[card.C].ShouldBe(card.LogLosses.Values.Min());
    }

    [Fact]
    public void The_path_of_strengths_ends_where_weaker_penalties_only_overfit()
    {
        var (rows, labels) = Wide(300, 200);

        var card = Scorecard.Fit(rows, labels, seed: 1);

        card.LogLosses.Count.ShouldBeLessThan(ScorecardOptions.Default.Grid.Count);
        card.LogLosses.OrderBy(l => l.Key).Last().Value.ShouldBeGreaterThan(1.1 * card.LogLosses[card.C]);
        ScorecardOptions.Default.Grid.Order().Take(card.LogLosses.Count).ShouldBe(card.LogLosses.Keys.Order());
    }

    [Fact]
    public void A_fit_is_ended_at_once_wherever_it_is()
    {
        var (rows, labels) = Wide(300, 50);
        var told = new List<double>();
        Scorecard.Fit(rows, labels, seed: 1, progress: told.Add);
        for (var after = 1; after < told.Count; after++)
        {
            using var stop = new CancellationTokenSource();
            var heard = 0;

            Should.Throw<OperationCanceledException>(
                () => Scorecard.Fit(rows, labels, seed: 1, progress: _ => (++heard == after ? stop : null)?.Cancel(), ct: stop.Token));

            heard.ShouldBe(after);
        }
    }

    [Fact]
    public void A_fit_tells_how_far_it_is_and_says_done_only_at_its_end()
    {
        var (rows, labels) = Random(300, 2);
        var told = new List<double>();

        Scorecard.Fit(rows, labels, seed: 1, progress: told.Add);

        told.ShouldBe(told.Order());
        told.SkipLast(1).ShouldAllBe(share => share > 0 && share < 1);
        told[^1].ShouldBe(1);
    }

    [Theory]
    [InlineData(true, "0 negative of 16")]
    [InlineData(false, "0 positive of 16")]
    public void A_training_side_without_a_class_is_refused(bool label, string message) =>
        Should.Throw<InputException>(() => Scorecard.Fit(Mirrored, [.. MirroredLabels.Select(_ => label)], 1)).Message.ShouldContain(message);

    [Fact]
    public void Log_loss_does_not_overflow()
    {
        LogisticRegression.LogLoss(1000, positive: false).ShouldBe(1000, 1e-9);
        LogisticRegression.LogLoss(1000, positive: true).ShouldBe(0, 1e-12);
        LogisticRegression.LogLoss(0, positive: true).ShouldBe(Math.Log(2), 1e-12);
    }

    [Fact]
    public void The_majority_baseline_is_the_training_share()
    {
        MajorityClass.Probability([true, false, false, false]).ShouldBe(0.25);
        Should.Throw<InputException>(() => MajorityClass.Probability([]));
    }

    private static double Objective(OneHotRows rows, bool[] labels, double c, double[] parameters) =>
        Enumerable.Range(0, rows.Count).Sum(i => LogisticRegression.LogLoss(rows.Score(i, parameters), labels[i]))
        + (parameters[..^1].Sum(w => w * w) / (2 * c));

    /// <summary>Fields of eleven bins that hang together through one common cause, most of them noise.</summary>
    private static (OneHotRows Rows, bool[] Labels) Wide(int n, int fields)
    {
        var random = new SeededRandom(11);
        var causes = Enumerable.Range(0, n).Select(_ => random.NextGaussian()).ToArray();
        int Bin(double cause) => (int)Math.Clamp(5.5 + (2 * ((0.6 * cause) + (0.8 * random.NextGaussian()))), 0, 10);
        int[][] active = [.. causes.Select(cause => Enumerable.Range(0, fields).Select(f => (f * 11) + Bin(cause)).ToArray())];
        return (new OneHotRows(active, fields * 11), [.. causes.Select(cause => random.NextDouble() < LogisticRegression.Sigmoid((1.5 * cause) - 1))]);
    }

    /// <summary>Two fields of three bins; bin numbers raise the log odds.</summary>
    private static (OneHotRows Rows, bool[] Labels) Random(int n, ulong seed)
    {
        var random = new SeededRandom(seed);
        var bins = Enumerable.Range(0, n).Select(_ => (A: random.NextInt(3), B: random.NextInt(3))).ToArray();
        var labels = bins.Select(b => random.NextDouble() < LogisticRegression.Sigmoid((1.2 * b.A) + (0.6 * b.B) - 2.5)).ToArray();
        return (new OneHotRows([.. bins.Select(b => new[] { b.A, 3 + b.B })], 6), labels);
    }
}

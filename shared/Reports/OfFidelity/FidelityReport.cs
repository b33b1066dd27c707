using System.Globalization;
using ZiGong.Credit.Metrics;
using ZiGong.Influence.Fidelity;
using ZiGong.Reports.Charts;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfFidelity;

/// <summary>The report of a fidelity experiment: a pure function of what it found.</summary>
public static class FidelityReport
{
    public static ReportPage Of(FidelityResult result) => new(
        "ZiGong fidelity report",
        $"What influence scores are worth on {result.Dataset}",
        "What training does, against what the scores foretold.",
        FidelityVerdict.Of(result),
        [.. new[] { Design(result), Subsets(result), LeftOut(result), Flips(result), Sketches(result), Agents(result) }.OfType<ReportSection>()],
        $"Written by zigong experiment fidelity on {result.Dataset}; the same results give the same bytes.");

    private static ReportSection Design(FidelityResult result)
    {
        var settings = result.Settings;
        return new ReportSection(
            "design",
            "Question and design",
            "All arms share agents, gradients and trainings; they differ in how a score is made of them.",
            [
                new Facts(
                    "What all arms share",
                    [
                        new Fact("Training samples", $"{Format.Count(result.Training)}, {Format.Count(result.Bads)} of them bad"),
                        new Fact("Reference samples", Format.Count(result.References)),
                        new Fact("Seeds", $"{settings.Seeds} agents of {result.Checkpoints} checkpoints each"),
                        new Fact("Subsets", result.Lds is null ? "not measured" : $"{settings.Subsets} of half the samples, {settings.Steps} steps each"),
                        new Fact(
                            "Left out",
                            result.LeaveOneOut is null ? "not measured" : $"{settings.LeftOut} samples, one at a time, {settings.Steps} steps each"),
                        new Fact(
                            "Flipped labels",
                            result.Flips is null
                                ? "not measured"
                                : $"{Format.Share(settings.Flips)} of each class; {Format.Share(settings.Inspected)} inspected"),
                        new Fact(
                            "Decay",
                            result.DecayIdentified ? "identified" : "not identified: γ is 1 in every arm, and arms that differ by decay alone are left out"),
                        new Fact("Resamples", Format.Count(settings.Resamples)),
                    ]),
                DataTable.Of("Arms", ["Arm", "Rule"], result.Arms.Select(a => (IReadOnlyList<Cell>)[a.Key, a.Value])),
            ]);
    }

    private static ReportSection? Subsets(FidelityResult result) => result.Lds is not { } lds ? null : new ReportSection(
        "subsets",
        "Models trained on subsets",
        "Linear datamodeling score: for each reference sample the rank correlation, over subsets, of the members' summed influence with minus the loss of the "
        + "model trained on them. "
        + $"Two training seeds agree by {Format.Figure(lds.SeedAgreement)} a reference sample; "
        + $"scores that knew the expected losses would reach about {Format.Figure(lds.Ceiling)}. "
        + "What “same class” reaches needs no gradient.",
        [
            new Figures(new Figure(
                "Linear datamodeling score per reference sample",
                $"Points with 95 % intervals over subsets, 0 where scores foretell nothing: "
                + $"{string.Join(", ", lds.Arms.Select(a => $"{a.Arm} {Format.Interval(a.PerReference)}"))}.",
                Plots.Forest(new Scale("rank correlation"), [("per reference sample", Ink.Model, [.. lds.Arms.Select(a => Point(a.Arm, a.PerReference))])]),
                DataTable.Of(
                    "Linear datamodeling scores with 95 % intervals over subsets",
                    ["Arm", "Per reference sample>", $"Less {Arms.Default}>", "Agents averaged>", "Mean loss>", "Balanced mean loss>"],
                    lds.Arms.Select(a => (IReadOnlyList<Cell>)
                        [
                            a.Arm, Format.Interval(a.PerReference), a.AgainstDefault is { } d ? Reading.Interval(d) : "", Format.Interval(a.Ensemble),
                            Format.Interval(a.Group), Format.Interval(a.GroupBalanced)])),
                Height(lds.Arms.Count))),
        ]);

    private static ReportSection? LeftOut(FidelityResult result) => result.LeaveOneOut is not { } loo ? null : new ReportSection(
        "left-out",
        "Samples left out",
        $"Rank correlation, over {loo.Samples} samples, of a sample's score with what the reference loss rises by without it. "
        + $"Two training seeds agree by {Format.Figure(loo.SeedAgreement)}: no score can rank noise.",
        [
            new Figures(new Figure(
                "Leave one out: score against rise of the mean loss",
                $"Points with 95 % intervals over the samples left out: {string.Join(", ", loo.Arms.Select(a => $"{a.Arm} {Format.Interval(a.Mean)}"))}.",
                Plots.Forest(new Scale("rank correlation"), [("mean loss", Ink.Model, [.. loo.Arms.Select(a => Point(a.Arm, a.Mean))])]),
                DataTable.Of(
                    "Leave one out with 95 % intervals over the samples left out",
                    ["Arm", "Mean loss>", "Balanced mean loss>"],
                    loo.Arms.Select(a => (IReadOnlyList<Cell>)[a.Arm, Format.Interval(a.Mean), Format.Interval(a.Balanced)])),
                Height(loo.Arms.Count))),
        ]);

    private static ReportSection? Flips(FidelityResult result)
    {
        if (result.Flips is not { } flips)
        {
            return null;
        }

        string[] classes = [.. flips.Arms[0].WithinClass.Keys];
        string[] arms = [.. flips.Arms.Select(a => a.Arm)];
        return new ReportSection(
            "flips",
            "Flipped labels",
            $"{Format.Count(flips.Flipped)} of {Format.Count(result.Training)} labels are wrong. "
            + $"AUC of lowest score first, mean of {result.Settings.Seeds} seeds; one half is chance. "
            + "Within a class, a score that is only a class finds nothing. “oracle” knows the true labels.",
            [
                new Figures(new Figure(
                    "AUC of lowest score first for wrong labels",
                    $"Over all samples and within each class: {string.Join(", ", flips.Arms.Select(a => $"{a.Arm} {Format.Interval(a.All.Figure)}"))}.",
                    Plots.Dots(
                        new Scale("AUC"), arms,
                        [
                            new Group("all", Inks.Series[0], [.. flips.Arms.Select(a => a.All.Figure.Mean)]),
                            .. classes.Select(
                                (c, i) => new Group(
                                    $"within {c}", Inks.Series[(i + 1) % Inks.Series.Count], [.. flips.Arms.Select(a => a.WithinClass[c].Figure.Mean)])),
                        ]),
                    DataTable.Of(
                        $"AUC of lowest score first for wrong labels with 95 % intervals; behind each figure, less that of {Arms.Default}",
                        ["Arm", .. flips.Titles(result.Settings.Inspected).SelectMany(title => new[] { $"{title}>", "Difference>" })],
                        flips.Arms.Select(a => (IReadOnlyList<Cell>)
                            [
                                a.Arm,
                                .. a.Figures.SelectMany(f => new Cell[] { Format.Interval(f.Figure), f.AgainstDefault is { } d ? Reading.Interval(d) : "" })])),
                    Height(arms.Length))),
            ]);
    }

    private static ReportSection? Sketches(FidelityResult result) => result.Sketch is not { } sketch ? null : new ReportSection(
        "sketches",
        "Sketched against exact gradients",
        "Seed 1; the error of an inner product in units of the two norms.",
        [
            DataTable.Of(
                "Sketches by width",
                ["Width", "Error of a product>", "Spearman of scores>", "Overlap of the top 30 %>"],
                sketch.Select(
                    s => (IReadOnlyList<Cell>)[Format.Count(s.Width), Precise(s.Error), Precise(s.Scores.Spearman), Format.Figure(s.Scores.TopOverlap)])),
        ]);

    private static ReportSection? Agents(FidelityResult result) => result.Stability is not { } stability ? null : new ReportSection(
        "agents",
        "Agents of other seeds",
        $"{result.Settings.Seeds} agents on one base; means over pairs.",
        [
            DataTable.Of(
                "How alike scores are from other agents",
                ["Arm", "Spearman>", "Jaccard index of the top 30 %>"],
                stability.Select(s => (IReadOnlyList<Cell>)[s.Arm, Format.Figure(s.Agreement.Spearman), Format.Figure(s.Agreement.TopJaccard)])),
        ]);

    private static Estimate Point(string name, Interval interval) => new(name, interval.Value, interval.Lower, interval.Upper);

    private static string Precise(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    private static int Height(int arms) => 110 + (30 * arms);
}

using System.Globalization;
using ZiGong.Cli.Terminal;
using ZiGong.Influence.Fidelity;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Experiments.Fidelity;

/// <summary>The tables of a fidelity experiment.</summary>
internal static class FidelityView
{
    public static void Print(FidelityResult result, Screen screen)
    {
        if (screen.Json)
        {
            screen.Data(result);
        }
        else
        {
            PrintText(result, screen);
        }
    }

    public static void PrintText(FidelityResult result, Screen screen)
    {
        var settings = result.Settings;
        screen.Line(
            $"{result.Dataset}: {Format.Count(result.Training)} training samples ({Format.Count(result.Bads)} bad), {Format.Count(result.References)} "
            + $"reference samples, {result.Checkpoints} checkpoints, "
            + $"{settings.Seeds} seeds; {result.Trained} agents and trainings done, {result.Found} found");
        if (!result.DecayIdentified)
        {
            screen.Line("Decay is not identified on these data: γ = 1 everywhere, and arms that differ by decay alone are left out.");
        }

        Lds(result, screen);
        LeaveOneOut(result, screen);
        Flips(result, screen);
        Sketch(result, screen);
        Stability(result, screen);
        screen.Heading("Arms");
        screen.Print(Format.Table(["Arm", "Rule"], result.Arms.Select(a => (string[])[a.Key, a.Value])));
    }

    private static void Lds(FidelityResult result, Screen screen)
    {
        if (result.Lds is not { } lds)
        {
            return;
        }

        var settings = result.Settings;
        screen.Heading(
            $"Linear datamodeling score: {settings.Subsets} subsets of half the samples × {settings.Seeds} seeds, {settings.Steps} steps, "
            + "95 % intervals over subsets");
        screen.Print(Format.Table(
            [
                "Arm", "Per reference sample [95 %]>", $"Less {Arms.Default} [95 %]>", "Agents averaged [95 %]>", "Mean loss [95 %]>",
                "Balanced mean loss [95 %]>"],
            lds.Arms.Select(a => (string[])
                [
                    a.Arm, Format.Interval(a.PerReference), a.AgainstDefault is { } d ? Format.Change(d) : "", Format.Interval(a.Ensemble),
                    Format.Interval(a.Group), Format.Interval(a.GroupBalanced)])));
        screen.Line(
            $"The mean reference loss varies by {lds.LossRange.ToString("0.0000", CultureInfo.InvariantCulture)} nats between subsets; "
            + $"two seeds agree by {Format.Figure(lds.SeedAgreement)} a reference sample, "
            + $"{Format.Figure(lds.GroupSeedAgreement)} in the mean. "
            + $"Scores that knew the expected losses would reach {Format.Figure(lds.Ceiling)} a reference sample.");
        if (LdsFigures.Caveat(result.References) is { } caveat)
        {
            screen.Line(caveat);
        }
    }

    private static void LeaveOneOut(FidelityResult result, Screen screen)
    {
        if (result.LeaveOneOut is not { } loo)
        {
            return;
        }

        screen.Heading(
            $"Leave one out: {loo.Samples} samples × {result.Settings.Seeds} seeds, {result.Settings.Steps} steps; "
            + "Spearman of score and rise of the reference loss");
        screen.Print(Format.Table(
            ["Arm", "Mean loss [95 %]>", "Balanced mean loss [95 %]>"],
            loo.Arms.Select(a => (string[])[a.Arm, Format.Interval(a.Mean), Format.Interval(a.Balanced)])));
        screen.Line($"Two seeds agree by {Format.Figure(loo.SeedAgreement)}: no score can rank noise.");
    }

    private static void Flips(FidelityResult result, Screen screen)
    {
        if (result.Flips is not { } flips)
        {
            return;
        }

        screen.Heading(
            $"Flipped labels: {flips.Flipped} of {Format.Count(result.Training)}, mean of {result.Settings.Seeds} seeds; AUC of lowest score first, "
            + $"95 % intervals over samples{(result.Settings.Seeds > 1 ? " and seeds" : "")}; Δ: less {Arms.Default}");
        screen.Print(Format.Table(
            ["Arm", .. flips.Titles(result.Settings.Inspected).SelectMany(title => new[] { $"{title}>", "Δ>" })],
            flips.Arms.Select(a => (string[])
                [a.Arm, .. a.Figures.SelectMany(f => new[] { Format.Interval(f.Figure), f.AgainstDefault is { } d ? Format.Change(d) : "" })])));
        screen.Line("oracle: highest loss first under the same agent trained on the true labels.");
    }

    private static void Sketch(FidelityResult result, Screen screen)
    {
        if (result.Sketch is { } sketch)
        {
            screen.Heading("Sketched against exact gradients (seed 1)");
            screen.Print(Format.Table(
                ["Width>", "Error of a product>", "Spearman of scores>", "Overlap of the top 30 %>"],
                sketch.Select(
                    s => (string[])[
                        Format.Count(s.Width), s.Error.ToString("0.0000", CultureInfo.InvariantCulture),
                        s.Scores.Spearman.ToString("0.0000", CultureInfo.InvariantCulture), Format.Figure(s.Scores.TopOverlap)])));
        }
    }

    private static void Stability(FidelityResult result, Screen screen)
    {
        if (result.Stability is { } stability)
        {
            screen.Heading($"Stability: {result.Settings.Seeds} agents of different seeds on one base, mean over pairs");
            screen.Print(Format.Table(
                ["Arm", "Spearman>", "Jaccard of the top 30 %>"],
                stability.Select(s => (string[])[s.Arm, Format.Figure(s.Agreement.Spearman), Format.Figure(s.Agreement.TopJaccard)])));
        }
    }
}

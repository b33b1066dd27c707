using ZiGong.Credit.Metrics;
using ZiGong.Influence.Fidelity;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfFidelity;

/// <summary>What the default rule's figures are, beside those of what costs nothing.</summary>
public static class FidelityVerdict
{
    public static ReportVerdict Of(FidelityResult result) => new(
        Tone.Neutral,
        "Scores measured",
        Headline(result),
        [.. Sentences(result)],
        [.. Figures(result)],
        []);

    private static string Headline(FidelityResult result)
    {
        if (result.Lds is not { } lds)
        {
            return "What the default rule's scores are worth, beside those of other rules, of the loss and of noise.";
        }

        var (mine, byClass) = (Of(lds, Arms.Default), Of(lds, Arms.SameClass));
        return mine.Lower <= 0
            ? $"That summed scores foretell what models trained on subsets do is not shown: {Format.Interval(mine)}."
            : $"Summed scores foretell what models trained on subsets do: {Format.Interval(mine)}"
                + $"{Ceiling(lds, " where scores that knew the expected losses would reach about ")}; the class alone reaches {Format.Interval(byClass)}.";
    }

    private static IEnumerable<string> Sentences(FidelityResult result)
    {
        if (result.Lds is { } lds)
        {
            var best = lds.Arms.MaxBy(a => a.PerReference.Value)!;
            yield return $"Highest of {lds.Arms.Count} arms on subsets: {best.Arm} with {Format.Interval(best.PerReference)}; "
                + $"noise has {Format.Interval(Of(lds, Arms.Random))}.";
            string[] ahead = [.. lds.Arms.Where(a => a.AgainstDefault is { Lower: > 0 }).Select(a => $"{a.Arm} {Reading.Interval(a.AgainstDefault!)}")];
            yield return ahead.Length == 0
                ? $"No arm is ahead of {Arms.Default} beyond chance."
                : $"Ahead of {Arms.Default} beyond chance: {string.Join(", ", ahead)}.";
            yield return $"Scores against the mean reference, by which selection ranks, summed over a subset {Foretell(lds, Arms.Default)} the "
                + "class-balanced reference loss; "
                + $"with the class's mean taken off, which is what quotas leave, they {Foretell(lds, Arms.Centred)} it.";
            if (LdsFigures.Caveat(result.References) is { } caveat)
            {
                yield return caveat;
            }
        }

        if (result.LeaveOneOut is { } loo)
        {
            yield return $"Leave one out: {Format.Interval(loo.Arms.Single(a => a.Arm == Arms.Default).Mean)}; "
                + $"noise has {Format.Interval(loo.Arms.Single(a => a.Arm == Arms.Random).Mean)}.";
        }

        if (result.Flips is { } flips)
        {
            FlipArm Arm(string name) => flips.Arms.Single(a => a.Arm == name);
            yield return $"Lowest score first finds wrong labels with an AUC of {Format.Interval(Arm(Arms.Default).All.Figure)}, "
                + $"highest loss first with {Format.Interval(Arm(Arms.Loss).All.Figure)}; "
                + $"of {Format.Share(result.Settings.Inspected)} inspected, {Format.Share(Arm(Arms.Default).Found.Figure.Mean)} and "
                + $"{Format.Share(Arm(Arms.Loss).Found.Figure.Mean)} of them.";
        }

        yield return "Each interval covers 95 % on its own; with this many arms the highest of them is partly luck.";
        if (result.Settings.Seeds == 1)
        {
            yield return "One seed: nothing here says what another agent or another training would give.";
        }
    }

    private static IEnumerable<KeyFigure> Figures(FidelityResult result)
    {
        yield return new KeyFigure("Training samples", Format.Count(result.Training), $"{Format.Count(result.References)} reference samples");
        yield return new KeyFigure("Seeds", $"{result.Settings.Seeds}", $"{Format.Count(result.Trained + result.Found)} agents and trainings");
        if (result.Lds is { } lds)
        {
            yield return new KeyFigure(
                "Datamodeling score", Format.Figure(Of(lds, Arms.Default).Value),
                Ceiling(lds, "estimated ceiling ") is { Length: > 0 } ceiling ? ceiling : "one seed: ceiling unknown");
        }

        if (result.Flips is { } flips)
        {
            yield return new KeyFigure(
                "Wrong labels", Format.Figure(flips.Arms.Single(a => a.Arm == Arms.Default).All.Figure.Mean), "AUC of lowest score first");
        }
    }

    private static string Foretell(LdsFigures lds, string arm)
    {
        var balanced = lds.Arms.Single(a => a.Arm == arm).GroupBalanced;
        return $"{(balanced.Lower > 0 ? "foretell" : balanced.Upper < 0 ? "foretell the opposite of" : "are not shown to foretell")} "
            + $"({Format.Interval(balanced)})";
    }

    private static string Ceiling(LdsFigures lds, string words) => double.IsFinite(lds.Ceiling) ? $"{words}{Format.Figure(lds.Ceiling)}" : "";

    private static Interval Of(LdsFigures lds, string arm) => lds.Arms.Single(a => a.Arm == arm).PerReference;
}

using ZiGong.Contracts;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Metrics;

namespace ZiGong.Evaluation;

/// <summary>The gates that compare: with the champion, between groups, and with the data before.</summary>
public static partial class Gates
{
    private static Finding Miss(MetricReport challenger, double limit) =>
        challenger.Values.TryGetValue(Metric.Miss, out var miss)
            ? new Finding(
                miss.Value <= limit,
                Invariant($"Miss {miss.Value:P2}") + (miss.HasEnds ? Invariant($" [{miss.Lower:P2}, {miss.Upper:P2}]") : "")
                + Invariant($", at most {limit:P2}, n = {challenger.N}"),
                ("Miss", miss.Value), ("MissLower", miss.Lower), ("MissUpper", miss.Upper), ("MaximumMiss", limit), ("N", challenger.N))
            : new Finding(false, "nothing was generated, so Miss is unknown", ("MaximumMiss", limit));

    private static Finding MissRise(GateFigures figures, double limit)
    {
        if (figures.AgainstChampion is not { } against || !against.Values.TryGetValue(Metric.Miss, out var rise))
        {
            return new Finding(null, NoChampion(figures));
        }

        return figures.Challenger.WithoutIntervals is { } why
            ? new Finding(null, Invariant($"ΔMiss {rise.Value:+0.0000;-0.0000;0}, {why}"), ("MissRise", rise.Value), ("N", against.N))
            : new Finding(
                !(rise.Value > limit && rise.Lower > 0),
                Invariant($"ΔMiss {rise.Value:+0.0000;-0.0000;0} [{rise.Lower:+0.0000;-0.0000;0}, {rise.Upper:+0.0000;-0.0000;0}]: ")
                + Invariant($"a certain rise of more than {limit:0.####} is a spike; n = {against.N}"),
                ("MissRise", rise.Value), ("MissRiseLower", rise.Lower), ("MissRiseUpper", rise.Upper), ("MaximumMissRise", limit), ("N", against.N));
    }

    /// <summary>
    /// tracseq.md: reject if the paired 95 % upper limit of ΔKS is under 0 or ΔKS is under the limit. The second part rejects one of two equal
    /// models where few rows make ΔKS noisy (at n = 100 more than a third of them), so it can be left out.
    /// </summary>
    private static Finding Champion(GateFigures figures, EvaluationOptions options)
    {
        if (figures.AgainstChampion is not { } against || figures.ChampionFault is not null)
        {
            return new Finding(figures.ChampionFault is null ? null : false, NoChampion(figures));
        }

        if (figures.AllAnswers is { AgainstChampion: { } change } all)
        {
            return AnswerGates.Champion(all, change.MacroF1, options);
        }

        var (ks, limit) = (against[Metric.Ks], options.MaximumKsFall);
        if (figures.Challenger.WithoutIntervals is { } why)
        {
            return new Finding(null, Invariant($"ΔKS {ks.Value:+0.0000;-0.0000}, {why}"), ("KsDifference", ks.Value), ("N", against.N));
        }

        var counts = options.KsFallRule == KsFallRule.Always;
        var isLarge = counts && ks.Value < -limit;
        var rule = counts ? Invariant($"and the loss stay within {limit:F4}") : "whatever the loss";
        return new Finding(
            !(ks.Upper < 0) && !isLarge,
            Invariant($"ΔKS {ks.Value:+0.0000;-0.0000} [{ks.Lower:+0.0000;-0.0000}, {ks.Upper:+0.0000;-0.0000}]: the upper end must reach 0 {rule}; ")
            + Invariant($"n = {against.N} could have shown {ks.Detectable:F4}"),
            ("KsDifference", ks.Value), ("KsLower", ks.Lower), ("KsUpper", ks.Upper), ("MaximumKsFall", limit), ("Detectable", ks.Detectable),
            ("N", against.N));
    }

    private static string NoChampion(GateFigures figures) => figures.ChampionFault ?? "there is no champion yet";

    private static Finding Parity(FairnessReport report, EvaluationOptions options)
    {
        if (report.ParityRatio is not { } ratio)
        {
            return new Finding(null, $"{report.Field}: fewer than two groups of at least {Fairness.SmallestGroup} samples, nothing to compare");
        }

        if (Fairness.DecidesAlike(report))
        {
            var refused = Fairness.RefusedShare(report);
            return new Finding(
                null,
                $"{report.Field}: {Percent(refused)} of {report.Groups.Sum(g => g.Count)} are refused at P 0.5; "
                + $"where either decision is under {Percent(Fairness.SmallestDecision)} in every group, shares say nothing of parity",
                ("RefusedShare", refused), ("SmallestDecision", Fairness.SmallestDecision));
        }

        var largest = report.LargestRatio ?? 1;
        var interval = report.Intervals?.ParityRatio is { } i ? Invariant($" [{i.Lower:F3}, {i.Upper:F3}]") : "";
        var groups = string.Join(", ", report.Groups.Select(g => $"{g.Group} n = {g.Count}{(g.Counted ? "" : " (too few)")}"));
        return new Finding(
            ratio >= options.MinimumParityRatio && largest <= options.MaximumParityRatio,
            Invariant($"{report.Field}: parity ratio {ratio:F3}{interval} (at least {options.MinimumParityRatio:F3}), most favoured to largest group ")
            + Invariant($"{largest:F3} (at most {options.MaximumParityRatio:F3}), ")
            + Invariant($"difference {report.ParityDifference:F3}, equal opportunity {report.EqualOpportunity:F3}, ")
            + Invariant($"average odds {report.AverageOdds:F3}; {groups}"),
            ("ParityRatio", ratio), ("ParityRatioLower", report.Intervals?.ParityRatio?.Lower ?? double.NaN),
            ("ParityRatioUpper", report.Intervals?.ParityRatio?.Upper ?? double.NaN),
            ("LargestRatio", largest), ("MinimumParityRatio", options.MinimumParityRatio), ("MaximumParityRatio", options.MaximumParityRatio),
            ("ParityDifference", report.ParityDifference ?? double.NaN), ("EqualOpportunity", report.EqualOpportunity ?? double.NaN),
            ("AverageOdds", report.AverageOdds ?? double.NaN));
    }

    internal static Finding Drifted(IReadOnlyList<FieldDrift> drift, double limit)
    {
        FieldDrift[] alarms = [.. drift.Where(d => d.Exceeds(limit))];
        var largest = drift.Select(d => d.Psi).DefaultIfEmpty(0).Max();
        var byChance = drift.Count(d => d.Psi > limit) - alarms.Length;
        (string, double)[] values = [("Fields", drift.Count), ("LargestPsi", largest), ("MaximumPsi", limit), .. alarms.Select(d => ($"Psi:{d.Field}", d.Psi))];
        return alarms.Length == 0
            ? new Finding(
                true,
                Invariant($"{drift.Count} fields, ")
                + Invariant($"largest PSI {largest:F3}{(byChance > 0 ? $"; {byChance} above {limit:0.###} by chance of few or rare values" : "")}"),
                values)
            : new Finding(false, $"a full run is recommended: {string.Join(", ", alarms.Select(Words))}", values);
    }

    private static Finding ScoreDrifted(FieldDrift? drift, double limit) => drift is null
        ? new Finding(null, "the score was not compared")
        : new Finding(
            !drift.Exceeds(limit),
            Invariant($"{Words(drift)} between reference and test side, at most {limit:0.###} beyond chance"),
            ("Psi", drift.Psi), ("NoiseLimit", drift.NoiseLimit ?? double.NaN), ("MaximumScorePsi", limit));

    private static string Words(FieldDrift drift) => drift.NoiseLimit is { } noise
        ? Invariant($"{drift.Field} PSI {drift.Psi:F3} (chance up to {noise:F3})")
        : Invariant($"{drift.Field} PSI {drift.Psi:F3} (noise {drift.Noise:F3})");
}

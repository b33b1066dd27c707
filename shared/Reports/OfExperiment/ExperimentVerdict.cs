using ZiGong.Credit.Experiments;
using ZiGong.Credit.Metrics;
using ZiGong.Influence.Fidelity;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfExperiment;

/// <summary>What the intervals allow to say, and what they do not.</summary>
public static class ExperimentVerdict
{
    private const Metric Main = Metric.Ks;

    public static ReportVerdict Of(ExperimentResult result)
    {
        var readings = result.Comparisons.Where(c => c.Differences.ContainsKey(Main))
            .Select(c => (Comparison: c, Tone: Reading.ToneOf(Main, c.Differences[Main]))).ToList();
        return new ReportVerdict(
            result.IsComplete ? Tone.Neutral : Tone.Warning,
            result.IsComplete ? "Experiment complete" : $"{result.ArmsDone} of {result.ArmsPlanned} runs done",
            Headline(result, readings),
            [.. Sentences(result, readings)],
            Figures(result, readings),
            readings.Count == 0 ? [] : [new Figures(DifferencesSection.Forest(result, Main))]);
    }

    private static string Headline(ExperimentResult result, List<(ArmComparison Comparison, Tone Tone)> readings)
    {
        if (readings.Count == 0)
        {
            return result.Design.SeedsMeasured.Count == 0
                ? "Nothing is measured yet: no seed has been finished by every arm."
                : "The plan compares no two arms.";
        }

        if (readings.Exists(r => !r.Comparison.Differences[Main].HasEnds))
        {
            return "The test samples hold too few of a class: no difference can be told from chance.";
        }

        var (better, worse) = (readings.Count(r => r.Tone == Tone.Good), readings.Count(r => r.Tone == Tone.Bad));
        return (better, worse) switch
        {
            (0, 0) => $"No difference in KS is beyond chance, in {Counted(readings.Count, "comparison")}.",
            _ =>
                $"In KS, {Counted(better, "comparison")} of {readings.Count} {(better == 1 ? "is" : "are")} better beyond chance, {worse} worse, "
                + $"{readings.Count - better - worse} undecided.",
        };
    }

    private static IEnumerable<string> Sentences(ExperimentResult result, List<(ArmComparison Comparison, Tone Tone)> readings)
    {
        foreach (var reference in readings.GroupBy(r => r.Comparison.Reference, StringComparer.Ordinal))
        {
            if (reference.Any(r => !r.Comparison.Differences[Main].HasEnds))
            {
                yield return $"KS against {reference.Key}, without intervals: "
                    + $"{string.Join(", ", reference.Select(r => $"{r.Comparison.Arm} {Reading.Signed(r.Comparison.Differences[Main].Value)}"))}.";
                continue;
            }

            string Arms(Tone tone) => string.Join(
                ", ", reference.Where(r => r.Tone == tone).Select(r => $"{r.Comparison.Arm} {Reading.Signed(r.Comparison.Differences[Main].Value)}"));
            string[] parts =
            [
                .. Arms(Tone.Good) is { Length: > 0 } better ? [$"better beyond chance: {better}"] : Array.Empty<string>(),
                .. Arms(Tone.Bad) is { Length: > 0 } worse ? [$"worse beyond chance: {worse}"] : Array.Empty<string>(),
                .. Arms(Tone.Neutral) is { Length: > 0 } open ? [$"no difference shown: {open}"] : Array.Empty<string>(),
            ];
            var detectable = reference.Max(r => r.Comparison.Differences[Main].Detectable);
            yield return $"KS against {reference.Key}: {string.Join("; ", parts)}. True differences above {Format.Figure(detectable)} would have been shown in "
                + "every one of these comparisons (power 80 %).";
        }

        if (readings.Count > 1 && readings.TrueForAll(r => r.Comparison.Differences[Main].HasEnds))
        {
            yield return $"Each interval covers 95 % on its own. Of {readings.Count} comparisons without any true difference, "
                + $"about {Format.Figure(0.05 * readings.Count)} would look like one; nothing here is corrected for that.";
        }

        if (result.Design.Binary is { } binary)
        {
            yield return $"All figures are of {binary}, whatever the other answers.";
        }

        if (result.Design.SeedsMeasured.Count == 1)
        {
            yield return "One seed: the intervals cover the test samples drawn, and say nothing of another training.";
        }
    }

    private static IReadOnlyList<KeyFigure> Figures(ExperimentResult result, List<(ArmComparison Comparison, Tone Tone)> readings) =>
    [
        new KeyFigure("Runs done", $"{result.ArmsDone} of {result.ArmsPlanned}", $"{Counted(result.Arms.Count, "arm")}"),
        new KeyFigure(
            "Seeds measured", $"{result.Design.SeedsMeasured.Count}",
            result.Design.Folds > 0 ? $"{result.Design.Folds} folds each" : $"of {result.Design.Seeds.Count} planned"),
        new KeyFigure(
            "Test samples", Format.Count(result.Design.Test), result.Design.TestPositives is { } bad ? $"{Format.Count(bad)} bad" : "not measured yet"),
        new KeyFigure(
            "Training samples", Format.Count(result.Design.Training), DesignSection.Caps(result.Design) is { Length: > 0 } ? "capped" : "all there are"),
        new KeyFigure("Differences beyond chance", $"{readings.Count(r => r.Tone != Tone.Neutral)} of {readings.Count}", "in KS"),
    ];

    private static string Counted(int count, string noun) => $"{count} {noun}{(count == 1 ? "" : "s")}";
}

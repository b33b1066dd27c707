using ZiGong.Credit.Experiments;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfExperiment;

/// <summary>The question, the data, what all arms share and what was capped.</summary>
public static class DesignSection
{
    public static ReportSection Of(ExperimentResult result)
    {
        var design = result.Design;
        return new ReportSection(
            "design",
            "Question and design",
            result.Question,
            [
                new Facts(
                    "What all arms share",
                    [
                        new Fact("Data set", result.Dataset),
                        new Fact(
                            "Training, reference and test samples",
                            $"{Format.Count(design.Training)}, {Format.Count(design.Reference)}, {Format.Count(design.Test)}"),
                        new Fact("Caps", Caps(design) is { Length: > 0 } caps ? caps : "none: all samples take part"),
                        new Fact(
                            "Seeds",
                            $"{string.Join(", ", design.Seeds)}; measured: "
                            + $"{(design.SeedsMeasured.Count == 0 ? "none yet" : string.Join(", ", design.SeedsMeasured))}"),
                        new Fact("Folds", design.Folds == 0 ? "one test side" : $"{design.Folds}, test samples pooled"),
                        new Fact("Steps", $"{Format.Count(design.Steps)}: {design.StepsAre}"),
                        new Fact("Decay", design.DecayIdentified ? "identified" : "not identified: γ is 1 in every arm"),
                        new Fact("Resamples", Format.Count(design.Resamples)),
                        new Fact("Options of all arms", design.Set.Count == 0 ? "the defaults" : string.Join(", ", design.Set)),
                    ]),
                DataTable.Of(
                    "Arms",
                    ["Arm", "What it is", "Options"],
                    result.Arms.Select(a => (IReadOnlyList<Cell>)[a.Arm, a.Title, a.Set.Count == 0 ? "as all" : string.Join(", ", a.Set)])),
                .. result.Notes.Count == 0 ? [] : new ReportBlock[] { new Notes(result.Notes) },
            ]);
    }

    /// <summary>What was capped; empty where nothing was.</summary>
    public static string Caps(ExperimentDesign design) => string.Join(", ", new[]
    {
        design.MaximumTraining > 0 ? $"at most {Format.Count(design.MaximumTraining)} training samples" : "",
        design.MaximumReference > 0 ? $"at most {Format.Count(design.MaximumReference)} reference samples" : "",
        design.MaximumTest > 0 ? $"at most {Format.Count(design.MaximumTest)} test samples" : "",
    }.Where(c => c.Length > 0));
}

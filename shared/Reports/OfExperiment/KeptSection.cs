using System.Globalization;
using ZiGong.Credit.Experiments;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfExperiment;

/// <summary>What the arms kept.</summary>
public static class KeptSection
{
    public static ReportSection Of(ExperimentResult result)
    {
        var known = result.Arms.Where(a => a.Kept is not null).ToList();
        string[] answers = [.. known.SelectMany(a => a.ClassShares.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return new ReportSection(
            "kept",
            "What the arms kept",
            "The Jaccard index compares the kept samples with those of the arm's first reference: 1 where they are the same.",
            known.Count == 0
                ? [new Paragraph("No seed has been finished by every arm yet.")]
                :
                [
                    DataTable.Of(
                        "Kept samples, mean over seeds",
                        ["Arm", "Kept>", .. answers.Select(a => $"Share of '{a}'>"), "Mean age in months>", "Jaccard index>"],
                        known.Select(a => (IReadOnlyList<Cell>)
                        [
                            a.Arm, Format.Count(a.Kept!.Value), .. answers.Select(answer => new Cell(Format.Share(a.ClassShares.GetValueOrDefault(answer)))),
                            a.MeanAge is { } age ? age.ToString("0.0", CultureInfo.InvariantCulture) : "no times",
                            a.Overlap is { } overlap ? Format.Figure(overlap) : "none",
                        ])),
                ]);
    }
}

using ZiGong.Contracts;
using ZiGong.Reports.Page;

namespace ZiGong.Reports.OfRun;

/// <summary>What the model was made of, so that it can be made again.</summary>
public static class LineageSection
{
    public static ReportSection Of(RunFacts facts)
    {
        var lineage = facts.Result.Report?.Lineage;
        var run = facts.Run;
        return new ReportSection(
            "lineage",
            "Lineage",
            "Artifacts are named by the SHA-256 of their content.",
            [
                new Facts(
                    "Hashes",
                    [
                        new Fact("Run", run.RunId.ToString()),
                        new Fact("Generation", $"{run.Generation}"),
                        new Fact("Code version", run.CodeVersion),
                        .. run.SnapshotId is { } snapshot ? [new Fact("Snapshot", snapshot)] : Array.Empty<Fact>(),
                        .. facts.Result.View.Snapshot is { } sealedAs ? [new Fact("Encoding", sealedAs.Encoding)] : Array.Empty<Fact>(),
                        .. lineage is null ? [] : Of(lineage),
                        .. facts.Result.Report is { } report ? [new Fact("Adapter's folder", report.AdapterUri)] : Array.Empty<Fact>(),
                        new Fact("Options", RunOptionsReader.ForKeys(facts.Options)),
                    ],
                    Code: true),
            ]);
    }

    private static IEnumerable<Fact> Of(Lineage lineage) =>
    [
        new Fact("Selection", lineage.Selection),
        new Fact("Data set", lineage.Dataset),
        new Fact("Base", lineage.Base),
        new Fact("Adapter", lineage.Adapter),
        .. lineage.Predictions is { } predictions ? [new Fact("Predictions", predictions)] : Array.Empty<Fact>(),
        .. lineage.ScorecardPredictions is { } scorecard ? [new Fact("Predictions of the scorecard", scorecard)] : Array.Empty<Fact>(),
        new Fact("Hash of the options", lineage.Options),
    ];
}

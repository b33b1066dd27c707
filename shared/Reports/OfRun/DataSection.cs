using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfRun;

/// <summary>What was run on which data.</summary>
public static class DataSection
{
    public static ReportSection Of(RunFacts facts) => new(
        "data",
        "What was run on which data",
        facts.Descriptor.Description,
        [
            new Facts("The run", [.. Facts(facts)]),
            .. Sides(facts),
            .. Periods(facts),
            .. Notes(facts),
            Options(facts),
        ]);

    private static IEnumerable<Fact> Facts(RunFacts facts)
    {
        var run = facts.Run;
        yield return new Fact("Data set", $"{run.Dataset}, descriptor version {facts.Descriptor.Version}");
        yield return new Fact("Task", facts.Descriptor.Task);
        yield return facts.Descriptor.Answer.IsFree ? new Fact("Answers", "free texts") : new Fact(
            "Bad outcome", $"answer '{facts.Descriptor.Answer.Positive}' of {string.Join(", ", facts.Descriptor.Answer.Allowed.Select(a => $"'{a}'"))}");
        yield return new Fact("Kind of run", run.ParentRun is { } parent ? $"{run.Kind.Stored()}, child of run {parent}" : run.Kind.Stored());
        yield return new Fact("Base model", facts.Options.Tuning.Base);
        yield return new Fact("Agent's base model", facts.Options.Agent.Base);
    }

    private static IEnumerable<ReportBlock> Sides(RunFacts facts)
    {
        if (facts.Sides.Count > 0)
        {
            yield return DataTable.Of(
                "Sides of the snapshot",
                ["Side", "Samples>", "Bad>", "Observed", "Last label known"],
                facts.Sides.Select(s => (IReadOnlyList<Cell>)
                [
                    NameOf(s.Side), Format.Count(s.Samples), facts.Descriptor.Answer.IsFree ? "none" : Format.Share(s.Positives / (double)s.Samples),
                    s.From is { } from && s.To is { } to ? $"{from:yyyy-MM-dd} to {to:yyyy-MM-dd}" : "no times",
                    s.LabelsKnown is { } known ? $"{known:yyyy-MM-dd}" : "no times",
                ]));
        }
    }

    private static IEnumerable<ReportBlock> Periods(RunFacts facts)
    {
        if (facts.Periods.Count > 0)
        {
            yield return DataTable.Of(
                "Periods of the training side, one checkpoint of the agent each",
                ["Period", "Samples>", "Time t>"],
                facts.Periods.Select(p => (IReadOnlyList<Cell>)[p.Name, Format.Count(p.Samples), Format.Figure(p.Time)]));
        }
    }

    private static IEnumerable<ReportBlock> Notes(RunFacts facts)
    {
        if (facts.Result.Notes.Count > 0)
        {
            yield return new Notes(facts.Result.Notes);
        }
    }

    private static ReportBlock Options(RunFacts facts) => facts.Differences.Count == 0
        ? new Paragraph("All options are the defaults.")
        : DataTable.Of(
            "Options that differ from the default",
            ["Option", "Value", "Default", "Meaning"],
            facts.Differences.Select(d => (IReadOnlyList<Cell>)[d.Option.Name, d.Value, d.Option.Default, d.Option.Meaning]));

    private static string NameOf(Side side) => side switch
    {
        Side.Train => "training",
        Side.Reference => "reference",
        _ => "test",
    };
}

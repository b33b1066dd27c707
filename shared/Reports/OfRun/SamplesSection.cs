using ZiGong.Credit.Templates;
using ZiGong.Reports.Page;
using ZiGong.Reports.Scores;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfRun;

/// <summary>The most and the least influential samples with their text.</summary>
public static class SamplesSection
{
    private const int Shown = 4;

    public static ReportSection Of(RunFacts facts)
    {
        var templates = facts.Descriptor.Tasks.ToDictionary(t => t.Task, t => PromptTemplate.Of(t, facts.Options.Templating.Form), StringComparer.Ordinal);
        PromptTemplate TemplateOf(ScoredSample s) => templates.GetValueOrDefault(s.Sample.Task) ?? templates[facts.Descriptor.Task];
        return new ReportSection(
            "samples",
            "Most and least influential samples",
            "The least influential ones are the first candidates for wrong labels. Every prompt begins with the same instruction; "
            + "the text below is each sample's own.",
            facts.Scored is { Samples.Count: > 0 } scored
                ?
                [
                    new Facts("Instruction", [.. templates.Select(t => new Fact($"Before every sample of {t.Key}", t.Value.Instruction))]),
                    new SampleList("Most influential", [.. scored.Extremes(Shown, highest: true).Select((s, i) => Card(s, i + 1, scored, TemplateOf(s)))]),
                    new SampleList("Least influential", [.. scored.Extremes(Shown, highest: false).Select((s, i) => Card(s, i + 1, scored, TemplateOf(s)))]),
                ]
                : [new Paragraph("The run has no scores yet.")]);
    }

    private static SampleCard Card(ScoredSample scored, int place, ScoredRun run, PromptTemplate template) => new(
        $"{place} of {Format.Count(run.Samples.Count)}: score {Format.Score(scored.Score)}",
        [
            new Fact("Recorded answer", scored.Sample.Answer),
            new Fact("Selection", scored.Reason is null ? "not kept" : $"kept ({scored.Reason}), rank {scored.Rank}"),
            .. scored.Sample.ObservedAt is { } time ? [new Fact("Observed", $"{time:yyyy-MM-dd}")] : Array.Empty<Fact>(),
            new Fact("Loss per checkpoint", string.Join(", ", scored.Losses.Select(Format.Figure))),
            new Fact("Sample", scored.Sample.Id),
        ],
        template.Input(scored.Sample));
}

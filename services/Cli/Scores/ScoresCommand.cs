using System.CommandLine;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Operations;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Templates;
using ZiGong.Reports.Runs;
using ZiGong.Reports.Scores;
using ZiGong.Reports.Words;
using ZiGong.Storage;

namespace ZiGong.Cli.Scores;

/// <summary><c>scores</c>: the most and the least influential samples of a run.</summary>
public static class ScoresCommand
{
    private const int Default = 5;

    public static Command Create(CommandBuilder builder)
    {
        var run = ShowCommand.RunArgument();
        var top = new Option<int?>("--top") { Description = $"The N most influential samples ({Default} unless --bottom is given)." };
        var bottom = new Option<int?>("--bottom") { Description = "The N least influential samples: candidates for wrong labels." };
        return builder.Command(
            "scores",
            "Show samples with their influence score, partial scores per checkpoint, and why they were kept.",
            [run, top, bottom],
            async (parsed, screen, ct) =>
            {
                var (highest, lowest) = Counts(parsed.GetValue(top), parsed.GetValue(bottom));
                await using var reader = await Reader.OpenAsync(CliSettings.Read(), ct);
                await using var db = reader.NewContext();
                var found = await db.FindRunAsync(parsed.GetRequiredValue(run), ct);
                var scored = await ScoredRun.ReadAsync(db, await RunView.ReadAsync(db, found.RunId, TimeProvider.System, ct), ct);
                await db.NoteReadAsync(OperatorSession.Actor, $"{found.RunId}", "scored samples with their fields", TimeProvider.System, ct);
                Print(scored, highest, lowest, DescriptorFile.Parse(found.Descriptor, "the run's descriptor"), screen);
                return ExitCodes.Done;
            },
            "zigong scores latest --top 10",
            "zigong scores latest --bottom 20 --json");
    }

    /// <exception cref="InputException">A count is below one.</exception>
    public static (int Top, int Bottom) Counts(int? top, int? bottom)
    {
        if (top < 1 || bottom < 1)
        {
            throw new InputException("--top and --bottom take a number of samples, 1 or more");
        }

        return top is null && bottom is null ? (Default, 0) : (top ?? 0, bottom ?? 0);
    }

    private static void Print(ScoredRun run, int top, int bottom, DatasetDescriptor descriptor, Screen screen)
    {
        var templates = descriptor.Tasks.ToDictionary(t => t.Task, t => new PromptTemplate(t), StringComparer.Ordinal);
        PromptTemplate TemplateOf(ScoredSample s) => templates.TryGetValue(s.Sample.Task, out var own) ? own : templates[descriptor.Task];
        var (highest, lowest) = (run.Extremes(top, highest: true), run.Extremes(bottom, highest: false));
        if (screen.Json)
        {
            object Json(ScoredSample s) => new
            {
                s.Sample.Id, s.Score, s.Sample.Answer, s.Sample.ObservedAt, s.Partials, s.Losses, s.Rank, s.Reason, Prompt = TemplateOf(s).Input(s.Sample),
                s.Sample.Fields,
            };
            screen.Data(new { run.Weights, Samples = run.Samples.Count, Top = highest.Select(Json), Bottom = lowest.Select(Json) });
            return;
        }

        foreach (var (title, samples) in new[] { ("Most influential", highest), ("Least influential", lowest) }.Where(s => s.Item2.Count > 0))
        {
            screen.Heading($"{title} of {Format.Count(run.Samples.Count)} training samples");
            foreach (var (sample, place) in samples.Select((s, i) => (s, i + 1)))
            {
                Print(sample, place, run, TemplateOf(sample), screen);
            }
        }
    }

    private static void Print(ScoredSample scored, int place, ScoredRun run, PromptTemplate template, Screen screen)
    {
        var kept = scored.Reason is null ? "not kept" : $"kept: {scored.Reason}, rank {scored.Rank}";
        var observed = scored.Sample.ObservedAt is { } time ? $", observed {time:yyyy-MM-dd}" : "";
        screen.Line($"{place}. {scored.Sample.Id}  score {Format.Score(scored.Score)}, answer '{scored.Sample.Answer}'{observed}, {kept}");
        screen.Print(Format.Table(
            ["Checkpoint>", "Weight>", "Partial score>", "Loss>"],
            run.Weights.Select(
                (w, i) => (string[])[$"{w.Number}", Format.Figure(w.Weight), Format.Score(scored.Partials[i]), Format.Figure(scored.Losses[i])])));
        foreach (var line in template.Input(scored.Sample).Split('\n'))
        {
            screen.Line($"   {line}");
        }

        screen.Line();
    }
}

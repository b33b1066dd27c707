using ZiGong.Cli.Reports.Page;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Credit.Metrics;
using ZiGong.Evaluation;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Reports.OfRun;

/// <summary>What the run came to, and what its figures allow to say.</summary>
public static class RunVerdict
{
    public static ReportVerdict Of(RunFacts facts)
    {
        var (tone, word, headline) = Outcome(facts);
        var report = facts.Result.Report;
        return new ReportVerdict(
            tone, word, headline, [.. report is null ? [] : Sentences(facts, report)], [.. report is null ? [] : Figures(facts, report)], [.. report is null ? [] : Gates(report)]);
    }

    private static (Tone Tone, string Word, string Headline) Outcome(RunFacts facts)
    {
        var result = facts.Result;
        if (result.Ready is not null && result.Report is { } report)
        {
            var warned = report.Gates.Count(g => g.Verdict == GateVerdict.Warned);
            return (Tone.Good, "Model ready", warned == 0
                ? $"The model passed all {report.Gates.Count} gates and was announced as champion for {facts.Run.Dataset}."
                : $"The model passed and was announced as champion for {facts.Run.Dataset}; {warned} of {report.Gates.Count} gates {(warned == 1 ? "warns" : "warn")}.");
        }

        if (result.Rejected is { } rejected)
        {
            return (Tone.Bad, "Model rejected", rejected.Reasons.Count == 1
                ? $"The model was rejected: {rejected.Reasons[0]}"
                : $"The model was rejected for {rejected.Reasons.Count} reasons: {string.Join("; ", rejected.Reasons)}");
        }

        return facts.Run.Status switch
        {
            RunStatus.Failed or RunStatus.Cancelled => (Tone.Bad, $"Run {facts.Run.Status.ToString().ToLowerInvariant()}", result.View.Failure?.Message ?? $"The run is {facts.Run.Status}."),
            RunStatus.Completed => (Tone.Neutral, "Experiment", "This run is an arm of an experiment: its model was measured and is not announced."),
            _ => (Tone.Neutral, "Not finished", $"The run has not ended: {ProgressView.Line(result.View.Stages)}."),
        };
    }

    private static IEnumerable<string> Sentences(RunFacts facts, EvaluationReport report)
    {
        yield return $"On {Format.Count(report.Model.N)} test samples that nothing before had looked at, {Format.Count(report.Model.Positives)} of them bad, the model reaches "
            + $"KS {Format.Interval(report.Model[Metric.Ks])} and AUC {Format.Interval(report.Model[Metric.Auc])} (95 % bootstrap intervals).";
        yield return Reading.Sentence(Metric.Ks, report.AgainstScorecard[Metric.Ks], "the model", "the scorecard", report.AgainstScorecard.N);
        yield return report.AgainstChampion is { } champion
            ? Reading.Sentence(Metric.Ks, champion[Metric.Ks], "the model", "the champion before it", champion.N)
            : "There was no champion to compare with.";
        yield return $"It was tuned on {Format.Count(report.Kept)} of {Format.Count(report.Training)} training samples; the scorecard was fitted on all of them.";
        if (facts.Result.View.Snapshot is { DecayIdentified: false })
        {
            yield return "The data have fewer than two distinct training times, so the decay could not act: every checkpoint weighs the same.";
        }
    }

    private static IEnumerable<KeyFigure> Figures(RunFacts facts, EvaluationReport report)
    {
        KeyFigure Of(Metric metric) =>
            new(MetricsTable.Name(metric), Format.Figure(report.Model[metric].Value), $"[{Format.Figure(report.Model[metric].Lower)}, {Format.Figure(report.Model[metric].Upper)}]");
        yield return Of(Metric.Ks);
        yield return Of(Metric.Auc);
        var difference = report.AgainstScorecard[Metric.Ks];
        yield return new KeyFigure("KS, model − scorecard", Reading.Signed(difference.Value), $"[{Reading.Signed(difference.Lower)}, {Reading.Signed(difference.Upper)}]: {Reading.Word(Reading.ToneOf(Metric.Ks, difference))}");
        if (report.Model.Values.TryGetValue(Metric.Miss, out var miss))
        {
            yield return new KeyFigure("Generations without an answer", Format.Share(miss.Value), $"[{Format.Share(miss.Lower)}, {Format.Share(miss.Upper)}]");
        }

        yield return new KeyFigure("Training samples kept", Format.Share(report.Kept / (double)report.Training), $"{Format.Count(report.Kept)} of {Format.Count(report.Training)}");
        yield return new KeyFigure("Gates passed", $"{report.Gates.Count(g => g.Verdict == GateVerdict.Passed)} of {report.Gates.Count}", GateWords(report));
    }

    private static string GateWords(EvaluationReport report)
    {
        var (warned, failed) = (report.Gates.Count(g => g.Verdict == GateVerdict.Warned), report.Gates.Count(g => g.Verdict == GateVerdict.Failed));
        return (warned, failed) switch
        {
            (0, 0) => "none warns or fails",
            (_, 0) => $"{warned} warned",
            (0, _) => $"{failed} failed",
            _ => $"{failed} failed, {warned} warned",
        };
    }

    private static IEnumerable<ReportBlock> Gates(EvaluationReport report)
    {
        yield return DataTable.Of(
            "Gates and the figures they rest on",
            ["Gate", "Verdict", "Figures"],
            report.Gates.Select(g => (IReadOnlyList<Cell>)[g.Gate, new Cell(g.Verdict.ToString(), ToneOf(g.Verdict)), g.Figures]));
    }

    private static Tone ToneOf(GateVerdict verdict) => verdict switch
    {
        GateVerdict.Passed => Tone.Good,
        GateVerdict.Warned => Tone.Warning,
        _ => Tone.Bad,
    };
}

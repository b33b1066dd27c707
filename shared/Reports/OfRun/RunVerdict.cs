using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Page;
using ZiGong.Reports.Runs;
using ZiGong.Reports.Words;
using ZiGong.Storage.Entities;

namespace ZiGong.Reports.OfRun;

/// <summary>What the run came to, and what its figures allow to say.</summary>
public static class RunVerdict
{
    public static ReportVerdict Of(RunFacts facts)
    {
        var (tone, word, headline) = Outcome(facts);
        var report = facts.Result.Report;
        return new ReportVerdict(
            tone, word, headline, [.. report is null ? [] : Sentences(facts, report)], [.. report is null ? [] : Figures(report)],
            [.. report is null ? [] : Gates(report)]);
    }

    private static (Tone Tone, string Word, string Headline) Outcome(RunFacts facts)
    {
        var result = facts.Result;
        if (result.Ready is not null && result.Report is { } report)
        {
            var warned = report.Gates.Count(g => g.Verdict == GateVerdict.Warned);
            var asked = report.Gates.Count(g => g.Verdict != GateVerdict.Skipped);
            return (Tone.Good, "Model ready", warned == 0
                ? $"The model passed all {asked} gates that had something to compare and was announced as champion for {facts.Run.Dataset}."
                : $"The model passed and was announced as champion for {facts.Run.Dataset}; "
                    + $"{warned} of {report.Gates.Count} gates {(warned == 1 ? "warns" : "warn")}.");
        }

        if (result.Rejected is { } rejected)
        {
            return (Tone.Bad, "Model rejected", rejected.Reasons.Count == 1
                ? $"The model was rejected: {rejected.Reasons[0]}"
                : $"The model was rejected for {rejected.Reasons.Count} reasons: {string.Join("; ", rejected.Reasons)}");
        }

        return facts.Run.Status switch
        {
            RunStatus.Failed or RunStatus.Cancelled =>
                (Tone.Bad, $"Run {facts.Run.Status.ToString().ToLowerInvariant()}", result.View.Failure?.Message ?? $"The run is {facts.Run.Status}."),
            RunStatus.Completed => (Tone.Neutral, "Experiment", "This run is an arm of an experiment: its model was measured and is not announced."),
            _ => (Tone.Neutral, "Not finished", $"The run has not ended: {ProgressText.Line(result.View.Stages)}."),
        };
    }

    private static IEnumerable<string> Sentences(RunFacts facts, EvaluationReport report) =>
        [.. report.Generative is { } generative ? Sentences(generative) : Sentences(report), .. About(facts, report)];

    private static IEnumerable<string> Sentences(GenerativeFindings found)
    {
        yield return $"On {Format.Count(found.Model.N)} test samples that nothing in this run had looked at before, the model's answers reach token F1 "
            + $"{Format.Interval(found.Model.TokenF1)}; "
            + $"{Format.Share(found.Model.HallucinationRate.Value)} of them name a number or field that the input does not contain"
            + (found.Model.WithoutIntervals is { } why
                ? $" ({why})."
                : $" (95 % bootstrap interval {Format.Share(found.Model.HallucinationRate.Lower)} to {Format.Share(found.Model.HallucinationRate.Upper)}).");
        yield return Reading.Sentence(
            "token F1", Reading.ToneOf(Metric.F1, found.AgainstBaseline), found.AgainstBaseline, "the model", "always giving the most frequent answer",
            found.Model.N);
        if (found.AgainstChampion is { } champion)
        {
            yield return Reading.Sentence("token F1", Reading.ToneOf(Metric.F1, champion), champion, "the model", "the champion before it", found.Model.N);
        }
    }

    /// <summary>Of three or more answers: the whole of them, before the bad outcome against the rest.</summary>
    private static IEnumerable<string> Sentences(AnswerFindings found)
    {
        yield return $"Over all {found.Model.Answers.Count} answers of {Format.Count(found.Model.N)} test samples the model reaches "
            + $"macro F1 {Format.Interval(found.Model.MacroF1)} and accuracy {Format.Interval(found.Model.Accuracy)}; "
            + $"always '{found.UsualAnswer}' reaches {Format.Figure(found.Usual.MacroF1.Value)} and {Format.Figure(found.Usual.Accuracy.Value)}"
            + (found.Model.WithoutIntervals is { } why ? $" ({why})." : ".");
        var gain = found.AgainstUsual.MacroF1;
        yield return Reading.Sentence(
            "macro F1", Reading.ToneOf(Metric.MacroF1, gain), gain, "the model", $"always answering '{found.UsualAnswer}'", found.Model.N);
        if (found.AgainstChampion is { MacroF1: var change })
        {
            yield return Reading.Sentence("macro F1", Reading.ToneOf(Metric.MacroF1, change), change, "the model", "the champion before it", found.Model.N);
        }

        yield return "What follows of KS and AUC tells one answer from the rest, and is no measure of the others.";
    }

    private static IEnumerable<string> Sentences(EvaluationReport report)
    {
        foreach (var sentence in report.AllAnswers is { } all ? Sentences(all) : [])
        {
            yield return sentence;
        }

        yield return $"On {Format.Count(report.Model.N)} test samples that nothing in this run had looked at before, {Format.Count(report.Model.Positives)} of "
            + "them bad, the model reaches "
            + (report.Model.Binary is { } binary ? $"for {binary} " : "")
            + $"KS {Format.Interval(report.Model[Metric.Ks])} and AUC {Format.Interval(report.Model[Metric.Auc])} "
            + $"({report.Model.WithoutIntervals ?? "95 % bootstrap intervals"}).";
        yield return Reading.Sentence(Metric.Ks, report.AgainstScorecard[Metric.Ks], "the model", "the scorecard", report.AgainstScorecard.N);

        // KS is one point of a curve: where the whole curve says more, a reader of the verdict must not miss it.
        if (Reading.ToneOf(Metric.Auc, report.AgainstScorecard[Metric.Auc]) != Reading.ToneOf(Metric.Ks, report.AgainstScorecard[Metric.Ks]))
        {
            yield return Reading.Sentence(Metric.Auc, report.AgainstScorecard[Metric.Auc], "the model", "the scorecard", report.AgainstScorecard.N);
        }

        yield return report.AgainstChampion is { } champion
            ? Reading.Sentence(Metric.Ks, champion[Metric.Ks], "the model", "the champion before it", champion.N)
            : report.Gates.FirstOrDefault(g => g.Gate == "champion") is { Verdict: not GateVerdict.Skipped } fault
                ? $"{Reading.Capital(fault.Figures)}."
                : "There was no champion to compare with.";
    }

    private static IEnumerable<string> About(RunFacts facts, EvaluationReport report)
    {
        yield return "All intervals cover which test samples were drawn, and not another training: "
            + "with another seed the same data may give a model that differs by more.";
        yield return $"It was tuned on {Format.Count(report.Kept)} of {Format.Count(report.Training)} training "
            + $"samples{(report.Generative is null ? "; the scorecard was fitted on all of them" : "")}.";
        if (facts.Result.View.Snapshot is { DecayIdentified: false })
        {
            yield return "The data have fewer than two distinct training times, so the decay could not act: every checkpoint weighs the same.";
        }
    }

    private static IEnumerable<KeyFigure> Figures(EvaluationReport report)
    {
        foreach (var figure in report.Generative is { } generative ? OfAnswers(generative.Model) : OfChoices(report))
        {
            yield return figure;
        }

        yield return new KeyFigure(
            "Training samples kept", Format.Share(report.Kept / (double)report.Training), $"{Format.Count(report.Kept)} of {Format.Count(report.Training)}");
        yield return new KeyFigure("Gates passed", $"{report.Gates.Count(g => g.Verdict == GateVerdict.Passed)} of {report.Gates.Count}", GateWords(report));
    }

    private static IEnumerable<KeyFigure> OfAnswers(GenerativeReport model) =>
    [
        Of("Token F1", model.TokenF1, Format.Figure), Of("Exact match", model.ExactMatch, Format.Share),
        Of("Hallucination rate", model.HallucinationRate, Format.Share),
    ];

    private static IEnumerable<KeyFigure> OfChoices(EvaluationReport report)
    {
        if (report.AllAnswers is { } all)
        {
            yield return Of("Macro F1", all.Model.MacroF1, Format.Figure);
            yield return Of("Accuracy", all.Model.Accuracy, Format.Figure);
        }

        var binary = report.Model.Binary is { } name ? $", {name}" : "";
        yield return Of($"KS{binary}", report.Model[Metric.Ks], Format.Figure);
        yield return Of($"AUC{binary}", report.Model[Metric.Auc], Format.Figure);
        var difference = report.AgainstScorecard[Metric.Ks];
        yield return new KeyFigure(
            $"KS{binary}, model − scorecard", Reading.Signed(difference.Value),
            (difference.HasEnds ? $"[{Reading.Signed(difference.Lower)}, {Reading.Signed(difference.Upper)}]: " : "") + Reading.Word(Metric.Ks, difference));
        if (report.Model.Values.TryGetValue(Metric.Miss, out var miss))
        {
            yield return Of("Generations without an answer", miss, Format.Share);
        }
    }

    private static KeyFigure Of(string label, Interval interval, Func<double, string> format) =>
        new(label, format(interval.Value), interval.HasEnds ? $"[{format(interval.Lower)}, {format(interval.Upper)}]" : "no interval");

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
        GateVerdict.Skipped => Tone.Neutral,
        _ => Tone.Bad,
    };
}

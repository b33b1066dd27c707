using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Charts;
using ZiGong.Reports.Page;
using ZiGong.Reports.Words;

namespace ZiGong.Reports.OfRun;

/// <summary>The model beside majority class, scorecard and champion, with intervals.</summary>
public static class MetricsSection
{
    public static ReportSection Of(RunFacts facts) => new(
        "metrics",
        "Metrics beside the baselines",
        "Values with 95 % bootstrap intervals; an arrow says which side is better. Differences are paired: "
        + "both models on the same resamples of the same test samples.",
        facts.Result.Report is { Generative: { } generative } ? [.. Free(generative), .. OtherTasks(facts.Result.Report)]
            : facts.Result.Report is { } report
            ?
            [
                .. AllAnswers(report.AllAnswers), Values(report), .. Without(report.Model.WithoutIntervals), Plot(report), .. Differences(report),
                .. OtherTasks(report),
            ]
            : [new Paragraph("The model is not evaluated yet.")]);

    private static IEnumerable<ReportBlock> AllAnswers(AnswerFindings? found) => found is null ? [] :
    [
        Table($"{AnswerTables.Title(found)}: {Format.Count(found.Model.N)} test samples", AnswerTables.FigureColumns(found), AnswerTables.Figures(found)),
        .. Without(found.Model.WithoutIntervals),
        Table($"{AnswerTables.Title(found)}: how each is found", AnswerTables.AnswerColumns, AnswerTables.Answers(found.Model)),
        Table($"{AnswerTables.Title(found)}: what was said of what", AnswerTables.ConfusionColumns(found.Model), AnswerTables.Confusion(found.Model)),
    ];

    private static DataTable Table(string caption, IReadOnlyList<string> columns, IReadOnlyList<IReadOnlyList<string>> rows) =>
        DataTable.Of(caption, columns, rows.Select(row => (IReadOnlyList<Cell>)[.. row.Select(text => new Cell(text))]));

    /// <summary>Of three or more answers what a caption's figures are of.</summary>
    private static string Of(string? binary) => binary is null ? "" : $"{binary} alone: ";

    private static IEnumerable<ReportBlock> Without(string? why) => why is null ? [] : [new Paragraph($"{Reading.Capital(why)}.")];

    private static IEnumerable<ReportBlock> OtherTasks(EvaluationReport report) => report.OtherTasks.SelectMany(task =>
        (IEnumerable<ReportBlock>)[new Paragraph($"Further task {task.Task}, without a say in the verdict:"), .. OfTask(task)]);

    private static IEnumerable<ReportBlock> OfTask(TaskFindings task) => task switch
    {
        { Generative: { } generative } => Free(generative),
        { Model: { } model, Majority: { } majority } =>
        [
            .. AllAnswers(task.AllAnswers),
            DataTable.Of(
                $"{task.Task}: {Of(model.Binary)}{Format.Count(model.N)} test samples",
                ["Metric", "Model>", "Majority class>"],
                Reading.Metrics.Where(model.Values.ContainsKey).Select(m => (IReadOnlyList<Cell>)
                    [Reading.Title(m), Format.Interval(model[m]), majority.Values.TryGetValue(m, out var usual) ? Format.Figure(usual.Value) : "none"])),
            .. Without(model.WithoutIntervals),
        ],
        _ => [new Paragraph(task.Fault ?? "not measured")],
    };

    private static IEnumerable<ReportBlock> Free(GenerativeFindings found) => [Answers(found), .. Without(found.Model.WithoutIntervals), Examples(found)];

    private static DataTable Answers(GenerativeFindings found)
    {
        IReadOnlyList<Cell> Row(string name, Func<GenerativeReport, Interval> figure) =>
            [name, Format.Interval(figure(found.Model)), Format.Interval(figure(found.Baseline))];
        return DataTable.Of(
            $"Test side: {Format.Count(found.Model.N)} free answers; KS, AUC and what else ranks probabilities does not exist for texts",
            ["Metric", "Model>", "Always the most frequent answer>"],
            [
                Row("exact match ↑", r => r.ExactMatch), Row("token F1 ↑", r => r.TokenF1), Row("hallucination rate ↓", r => r.HallucinationRate),
                Row("unsupported mentions ↓", r => r.UnsupportedShare), Row("empty answers ↓", r => r.Empty),
            ]);
    }

    private static DataTable Examples(GenerativeFindings found) => DataTable.Of(
        "The first answers by sample id", ["Sample", "True answer", "Written"], found.Examples.Select(e => (IReadOnlyList<Cell>)[e.Id, e.Truth, e.Answer]));

    private static DataTable Values(EvaluationReport report) => DataTable.Of(
        $"Test side: {Of(report.Model.Binary)}{Format.Count(report.Model.N)} samples, {Format.Count(report.Model.Positives)} bad",
        ["Metric", "Model>", "Majority class>", "Scorecard>"],
        Shown(report).Select(m => (IReadOnlyList<Cell>)
        [
            Reading.Title(m),
            Format.Interval(report.Model[m]),
            report.Majority.Values.TryGetValue(m, out var majority) ? Format.Figure(majority.Value) : "none",
            report.Scorecard.Values.TryGetValue(m, out var scorecard) ? Format.Interval(scorecard) : "none",
        ]));

    private static IEnumerable<ReportBlock> Differences(EvaluationReport report)
    {
        yield return Differences(report, "scorecard", report.AgainstScorecard);
        if (report.AgainstChampion is { } champion)
        {
            yield return Differences(report, "champion", champion);
        }
    }

    private static DataTable Differences(EvaluationReport report, string other, DifferenceReport against) => DataTable.Of(
        $"{Of(report.Model.Binary)}Model − {other}, paired, with the smallest true difference that {Format.Count(against.N)} samples would have shown "
        + "(5 %, power 80 %)",
        ["Metric", "Difference>", "Detectable>", "Reading"],
        Shown(report).Where(against.Values.ContainsKey).Select(m => (IReadOnlyList<Cell>)
        [
            Reading.Title(m), Reading.Interval(against[m]), Format.Figure(against[m].Detectable),
            new Cell(Reading.Word(m, against[m]), Reading.ToneOf(m, against[m])),
        ]));

    private static Figures Plot(EvaluationReport report)
    {
        // Turned where less is better, so that right of the line always means a better model.
        (string, Ink, IReadOnlyList<Estimate>) Group(string name, Ink ink, DifferenceReport against) =>
            (name, ink, [.. Shown(report).Where(against.Values.ContainsKey).Select(m => Turned(m, against[m]))]);
        IReadOnlyList<(string, Ink, IReadOnlyList<Estimate>)> groups =
        [
            Group("model − scorecard", Ink.Model, report.AgainstScorecard),
            .. report.AgainstChampion is { } champion
                ? [Group("model − champion", Ink.Baseline, champion)]
                : Array.Empty<(string, Ink, IReadOnlyList<Estimate>)>(),
        ];
        var ks = report.AgainstScorecard[Metric.Ks];
        return new Figures(new Figure(
            "Paired differences",
            $"{Of(report.Model.Binary)}Points with 95 % intervals, right of the dashed line where the model is better "
            + $"(metrics of which less is better are turned round). KS against the scorecard: {Reading.Interval(ks)}, "
            + $"{Reading.Word(Metric.Ks, ks)}.",
            Plots.Forest(new Scale("better by"), groups),
            DataTable.Of(
                "Paired differences as drawn",
                ["Metric", "Against", "Better by>", "Lower end>", "Upper end>"],
                groups.SelectMany(
                    g => g.Item3.Select(
                        e => (IReadOnlyList<Cell>)[e.Name, g.Item1, Reading.Signed(e.Value), Reading.Signed(e.Lower), Reading.Signed(e.Upper)]))),
            360));
    }

    private static Estimate Turned(Metric metric, Difference d) => Reading.LowerIsBetter(metric)
        ? new Estimate(Runs.MetricsTable.Name(metric), -d.Value, -d.Upper, -d.Lower)
        : new Estimate(Runs.MetricsTable.Name(metric), d.Value, d.Lower, d.Upper);

    private static IEnumerable<Metric> Shown(EvaluationReport report) => Reading.Metrics.Where(report.Model.Values.ContainsKey);
}

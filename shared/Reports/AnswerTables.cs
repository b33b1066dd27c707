using ZiGong.Credit.Metrics;
using ZiGong.Reports.Words;

namespace ZiGong.Reports;

/// <summary>What was found over all of three or more answers: pure rows of text, for the screen and for reports.</summary>
public static class AnswerTables
{
    public static string Title(AnswerFindings found) => $"Over all {found.Model.Answers.Count} answers";

    public static IReadOnlyList<string> FigureColumns(AnswerFindings found) =>
        ["Metric", "Model [95 %]>", $"Always '{found.UsualAnswer}'>", $"Model − always '{found.UsualAnswer}' [95 %]>", "Detectable>"];

    public static IReadOnlyList<IReadOnlyList<string>> Figures(AnswerFindings found)
    {
        IReadOnlyList<string> Row(string name, Func<AllAnswers, Interval> figure, Difference gain) =>
            [name, Format.Interval(figure(found.Model)), Format.Figure(figure(found.Usual).Value), Reading.Interval(gain), Format.Figure(gain.Detectable)];
        return
        [
            Row("Accuracy", a => a.Accuracy, found.AgainstUsual.Accuracy),
            Row("macro F1", a => a.MacroF1, found.AgainstUsual.MacroF1),
            Row("MCC", a => a.Mcc, found.AgainstUsual.Mcc),
        ];
    }

    public static IReadOnlyList<string> AnswerColumns { get; } = ["Answer", "True>", "Said>", "Recall [95 %]>", "Precision [95 %]>", "F1 [95 %]>"];

    public static IReadOnlyList<IReadOnlyList<string>> Answers(AllAnswers figures) =>
    [
        .. figures.Answers.Select(a => (IReadOnlyList<string>)
        [
            a.Answer, Format.Count(a.Test), Format.Count(a.Said), Known(a.Recall, "none is true"), Known(a.Precision, "never said"), Format.Interval(a.F1),
        ]),
    ];

    public static IReadOnlyList<string> ConfusionColumns(AllAnswers figures) => ["True answer", .. figures.Answers.Select(a => $"said '{a.Answer}'>")];

    public static IReadOnlyList<IReadOnlyList<string>> Confusion(AllAnswers figures) =>
        [.. figures.Answers.Zip(figures.Confusion, (a, row) => (IReadOnlyList<string>)[a.Answer, .. row.Select(c => Format.Count(c))])];

    private static string Known(Interval? interval, string otherwise) => interval is null ? otherwise : Format.Interval(interval);
}

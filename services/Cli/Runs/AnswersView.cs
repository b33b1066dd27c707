using ZiGong.Cli.Terminal;
using ZiGong.Credit.Metrics;
using ZiGong.Reports;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Runs;

/// <summary>The figures over all of three or more answers.</summary>
internal static class AnswersView
{
    public static void Print(AnswerFindings found, Screen screen)
    {
        screen.Heading($"{AnswerTables.Title(found)}: {Format.Count(found.Model.N)} test samples");
        screen.Print(Format.Table(AnswerTables.FigureColumns(found), AnswerTables.Figures(found)));
        if (found.Model.WithoutIntervals is { } why)
        {
            screen.Line($"{Reading.Capital(why)}.");
        }

        screen.Print(Format.Table(AnswerTables.AnswerColumns, AnswerTables.Answers(found.Model)));
        screen.Print(Format.Table(AnswerTables.ConfusionColumns(found.Model), AnswerTables.Confusion(found.Model)));
    }
}

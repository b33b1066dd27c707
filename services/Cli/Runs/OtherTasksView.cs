using ZiGong.Cli.Terminal;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Runs;

/// <summary>The figures of a data set's further tasks.</summary>
internal static class OtherTasksView
{
    private static readonly Metric[] Shown = [Metric.Ks, Metric.Auc, Metric.Acc, Metric.F1, Metric.Miss];

    public static void Print(IReadOnlyList<TaskFindings> tasks, Screen screen)
    {
        foreach (var task in tasks)
        {
            screen.Heading($"Further task {task.Task}, without a say in the verdict");
            if (task.Generative is { } generative)
            {
                GenerativeView.Print(generative, screen);
            }
            else if (task is { Model: { } model, Majority: { } majority })
            {
                screen.Print(Format.Table(
                    [$"n = {model.N}", "Model [95 %]>", "Majority>"],
                    Shown.Where(model.Values.ContainsKey).Select(m => (string[])
                        [m.ToString(), Format.Interval(model[m]), majority.Values.TryGetValue(m, out var usual) ? Format.Figure(usual.Value) : ""])));
                if (model.WithoutIntervals is { } why)
                {
                    screen.Line($"{ZiGong.Reports.Reading.Capital(why)}.");
                }
            }
            else
            {
                screen.Line(task.Fault ?? "not measured");
            }
        }
    }
}

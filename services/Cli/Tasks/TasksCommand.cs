using System.CommandLine;
using ZiGong.Cli.Terminal;
using ZiGong.Credit.Tasks;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Tasks;

/// <summary><c>tasks</c>: what a descriptor's <c>task</c> may name without wording of its own.</summary>
internal static class TasksCommand
{
    public static Command Create(CommandBuilder builder) => builder.Command(
        "tasks",
        "List the tasks that the pipeline knows: how they are answered, worded and measured.",
        [],
        (_, screen, _) =>
        {
            if (screen.Json)
            {
                screen.Data(
                    TaskCatalog.All.Select(
                        t => new { t.Name, Kind = $"{t.Kind}", t.Description, t.Instruction, t.Allowed, t.Positive, t.AnswerRule, t.Metrics }));
                return Task.FromResult(ExitCodes.Done);
            }

            screen.Print(Format.Table(
                ["Task", "Answer", "Allowed", "Bad outcome", "What it is"],
                TaskCatalog.All.Select(
                    t => (string[])[t.Name, t.Kind == AnswerKind.Choice ? "choice" : "text", string.Join(", ", t.Allowed), t.Positive, t.Description])));
            foreach (var kind in TaskCatalog.All.GroupBy(t => t.Kind).Select(g => g.First()))
            {
                screen.Heading(kind.Kind == AnswerKind.Choice ? "Choice" : "Text");
                screen.Line(kind.AnswerRule);
                screen.Line($"Measured: {string.Join(", ", kind.Metrics)}");
            }

            screen.Heading("Default wording");
            foreach (var task in TaskCatalog.All)
            {
                screen.Line($"{task.Name}: {task.Instruction}");
            }

            return Task.FromResult(ExitCodes.Done);
        },
        "zigong tasks",
        "zigong tasks --json");
}

using ZiGong.Cli.Terminal;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Tasks;
using ZiGong.Credit.Templates;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Datasets;

/// <summary>A descriptor on the screen: what it asks, and how.</summary>
internal static class DescriptorView
{
    public static int Print(DatasetDescriptor descriptor, Screen screen)
    {
        var prompts = descriptor.Tasks.SelectMany(
            task => Enum.GetValues<PromptForm>().Select(form => (task.Task, Form: form, Text: new PromptTemplate(task, form).Prompt(Blank(task))))).ToList();
        if (screen.Json)
        {
            screen.Data(new
            {
                descriptor.Name,
                descriptor.Task,
                Kind = $"{descriptor.Answer.Kind}",
                KnownTask = TaskCatalog.Find(descriptor.Task) is not null,
                descriptor.Answer.Allowed,
                descriptor.Answer.Positive,
                NanoReads = descriptor.NeedsWords ? "bytes" : "one token a field",
                Fields = descriptor.Fields.Select(f => new { f.Name, f.Label, Kind = $"{f.Kind}", f.Feature, f.Protected }),
                Form = $"{descriptor.Prompt.Form}",
                MoreTasks = descriptor.MoreTasks.Select(t => new { t.Task, Kind = $"{t.Answer.Kind}", t.Answer.Allowed, t.Weight }),
                Prompts = prompts.Select(p => new { p.Task, Form = $"{p.Form}", p.Text }),
            });
            return ExitCodes.Done;
        }

        screen.Print(Format.Table(
            [descriptor.Name, ""],
            [
                ["Task", $"{descriptor.Task}{(TaskCatalog.Find(descriptor.Task) is null ? " (not in the catalogue)" : "")}"],
                ["Answer", Answer(descriptor.Answer)],
                .. descriptor.MoreTasks.Select(
                    t => (string[])["More", $"{t.Task}: {Answer(t.Answer)}{(t.Weight is { } w ? FormattableString.Invariant($"; weight {w}") : "")}"]),
                ["Nano reads", descriptor.NeedsWords ? "the prompt's bytes, since there is text" : "one token a field"],
            ]));
        screen.Print(Format.Table(
            ["Field", "Label", "Kind", "Shown to a model", "Protected"],
            descriptor.Fields.Select(
                f => (string[])[f.Name, f.Label, f.Kind.ToString().ToLowerInvariant(), f.Feature ? "yes" : "no", f.Protected ? "yes" : "no"])));
        foreach (var (task, form, text) in prompts)
        {
            screen.Heading(
                $"Prompt{(descriptor.MoreTasks.Count > 0 ? $" of {task}" : "")}, "
                + $"Templating:Form={form}{(form == descriptor.Prompt.Form ? " (the descriptor's own)" : "")}");
            screen.Line(text);
        }

        return ExitCodes.Done;
    }

    private static string Answer(AnswerDescriptor answer) =>
        answer.IsFree ? $"text, from {Source(answer)}" : $"one of {string.Join(", ", answer.Allowed)}; bad: {answer.Positive}";

    private static string Source(AnswerDescriptor answer) =>
        answer.Column.Length > 0 ? $"column {answer.Column}"
        : answer.Rules.Count > 0 ? $"{answer.Rules.Count} rules"
        : answer.Questions.Count > 0 ? $"{answer.Questions.Count} questions"
        : "a template";

    /// <summary>A sample whose values are the fields' names in angle brackets.</summary>
    private static Sample Blank(DatasetDescriptor descriptor)
    {
        var fields = descriptor.Fields.ToDictionary(f => f.Name, f => $"<{f.Name}>", StringComparer.Ordinal);
        if (descriptor.Answer.Questions.Count > 0)
        {
            fields[FreeAnswers.QuestionField] = $"<one of {descriptor.Answer.Questions.Count} questions>";
        }

        return new Sample("", descriptor.Name, descriptor.Task, "", "", fields, "", null, null);
    }
}

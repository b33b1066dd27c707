using ZiGong.Cli.Terminal;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Tasks;
using ZiGong.Credit.Templates;

namespace ZiGong.Cli.Datasets;

/// <summary>A descriptor on the screen: what it asks, and how.</summary>
internal static class DescriptorView
{
    public static int Print(DatasetDescriptor descriptor, Screen screen)
    {
        var prompts = Enum.GetValues<PromptForm>().Select(form => (Form: form, Text: new PromptTemplate(descriptor, form).Prompt(Blank(descriptor)))).ToList();
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
                Prompts = prompts.Select(p => new { Form = $"{p.Form}", p.Text }),
            });
            return ExitCodes.Done;
        }

        screen.Print(Format.Table(
            [descriptor.Name, ""],
            [
                ["Task", $"{descriptor.Task}{(TaskCatalog.Find(descriptor.Task) is null ? " (not in the catalogue)" : "")}"],
                ["Answer", descriptor.Answer.IsFree ? $"text, from {Source(descriptor.Answer)}" : $"one of {string.Join(", ", descriptor.Answer.Allowed)}; bad: {descriptor.Answer.Positive}"],
                ["Nano reads", descriptor.NeedsWords ? "the prompt's bytes, since there is text" : "one token a field"],
            ]));
        screen.Print(Format.Table(
            ["Field", "Label", "Kind", "Shown to a model", "Protected"],
            descriptor.Fields.Select(f => (string[])[f.Name, f.Label, f.Kind.ToString().ToLowerInvariant(), f.Feature ? "yes" : "no", f.Protected ? "yes" : "no"])));
        foreach (var (form, text) in prompts)
        {
            screen.Heading($"Prompt, Templating:Form={form}{(form == descriptor.Prompt.Form ? " (the descriptor's own)" : "")}");
            screen.Line(text);
        }

        return ExitCodes.Done;
    }

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

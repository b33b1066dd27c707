using ZiGong.Credit.Tasks;
using ZiGong.Credit.Templates;

namespace ZiGong.Credit.Descriptors;

/// <summary>The <c>answer</c> section of a descriptor: read with the defaults of the task's catalogue entry, then checked against the fields.</summary>
internal static class AnswerSection
{
    public static AnswerDescriptor Read(YamlMap root)
    {
        var task = TaskCatalog.Find(root.Text("task"));
        var map = root.Map(
            "answer", "kind", "column", "map", "at_least", "allowed", "positive", "template", "questions", "rules", "none");
        var kind = map.Choice<AnswerKind>("kind", task?.Kind ?? AnswerKind.Choice);
        var strange = (kind == AnswerKind.Text ? ["map", "at_least", "allowed", "positive"] : (string[])["template", "questions", "rules", "none"])
            .FirstOrDefault(map.Has);
        return strange is not null
            ? throw map.Fault(strange, kind == AnswerKind.Text
                ? "is for a choice, but the answer is of kind text: give 'kind: choice' or remove it"
                : "is for free answers, but the answer is of kind choice: give 'kind: text' or remove it")
            : kind == AnswerKind.Text ? Text(map) : Choice(map, task is { Kind: AnswerKind.Choice } ? task : null);
    }

    public static void Check(DatasetDescriptor descriptor, YamlMap root)
    {
        if (descriptor.Answer.IsFree)
        {
            CheckText(descriptor, root);
        }
        else
        {
            CheckChoice(descriptor.Answer, root);
        }
    }

    private static AnswerDescriptor Choice(YamlMap map, CreditTask? task)
    {
        if (map.Has("map") == map.Has("at_least"))
        {
            throw map.Fault("column", "needs either 'map' (file value: answer) or 'at_least' (a number)");
        }

        return new AnswerDescriptor
        {
            Column = map.Text("column"),
            Map = map.TextMap("map"),
            AtLeast = map.Number("at_least"),
            Allowed = map.Texts("allowed", [.. task?.Allowed ?? []]),

            // Own answers need an own bad outcome.
            Positive = task is not null && !map.Has("allowed") ? map.Text("positive", task.Positive) : map.Text("positive"),
        };
    }

    private static AnswerDescriptor Text(YamlMap map)
    {
        string[] sources = [.. new[] { "column", "template", "questions", "rules" }.Where(map.Has)];
        if (sources.Length != 1)
        {
            throw map.Fault(sources.LastOrDefault() ?? "kind", "of kind text needs exactly one of 'column', 'template', 'questions' and 'rules'");
        }

        if (map.Has("none") && sources[0] != "rules")
        {
            throw map.Fault("none", "is the answer where no rule is broken, but there are no 'rules'");
        }

        return new AnswerDescriptor
        {
            Kind = AnswerKind.Text,
            Column = map.Text("column", ""),
            Template = map.OptionalText("template"),
            Questions = [.. map.Maps("questions", "ask", "answer").Select(q => new QuestionDescriptor(q.Text("ask"), q.Text("answer")))],
            Rules = [.. map.Maps("rules", "name", "field", "above", "below", "in", "missing").Select(Rule)],
            NoViolation = map.Text("none", "none"),
        };
    }

    private static RuleDescriptor Rule(YamlMap map)
    {
        if (new[] { "above", "below", "in", "missing" }.Count(map.Has) != 1 || (map.Has("missing") && !map.Flag("missing", false)))
        {
            throw map.Fault("field", "needs exactly one of 'above', 'below', 'in' and 'missing: true'");
        }

        return new RuleDescriptor
        {
            Name = map.Text("name"),
            Field = map.Text("field"),
            Above = map.Number("above"),
            Below = map.Number("below"),
            In = map.Texts("in"),
            Missing = map.Flag("missing", false),
        };
    }

    private static void CheckChoice(AnswerDescriptor answer, YamlMap root)
    {
        if (answer.Allowed.Distinct(StringComparer.Ordinal).Count() < 2 || answer.Allowed.Contains(""))
        {
            throw root.Fault("answer", "needs at least two different words in 'allowed'");
        }

        if (!answer.Allowed.Contains(answer.Positive))
        {
            throw root.Fault("answer", $"says positive is '{answer.Positive}', which is not among the allowed {string.Join(", ", answer.Allowed)}");
        }

        var strange = answer.Map.Values.Except(answer.Allowed, StringComparer.Ordinal).FirstOrDefault();
        if (strange is not null)
        {
            throw root.Fault(
                "answer", $"maps to '{strange}', which is not allowed; did you mean '{YamlMap.Nearest(strange, answer.Allowed)}'?");
        }
    }

    private static void CheckText(DatasetDescriptor descriptor, YamlMap root)
    {
        var answer = descriptor.Answer;
        var map = root.Map("answer", "kind", "column", "template", "questions", "rules", "none");
        if (answer.Template is { } template)
        {
            CheckTemplate(template, descriptor, map, "template");
        }

        var questions = map.Maps("questions", "ask", "answer");
        for (var i = 0; i < questions.Count; i++)
        {
            CheckTemplate(answer.Questions[i].Ask, descriptor, questions[i], "ask");
            CheckTemplate(answer.Questions[i].Answer, descriptor, questions[i], "answer");
        }

        var rules = map.Maps("rules", "name", "field", "above", "below", "in", "missing");
        for (var i = 0; i < rules.Count; i++)
        {
            CheckRule(answer.Rules[i], descriptor, rules[i]);
        }

        if (map.Has("questions") ? questions.Count == 0 : map.Has("rules") && rules.Count == 0)
        {
            throw map.Fault(map.Has("questions") ? "questions" : "rules", "is empty");
        }

        if (answer.Rules.GroupBy(r => r.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw map.Fault("rules", $"names '{twice.Key}' twice");
        }

        if (questions.Count > 0 && descriptor.Fields.Any(f => f.Name == FreeAnswers.QuestionField))
        {
            throw root.Fault("fields", $"names a field '{FreeAnswers.QuestionField}', which is where a row's question is kept: give it another name");
        }
    }

    private static void CheckTemplate(string template, DatasetDescriptor descriptor, YamlMap map, string key)
    {
        if (string.IsNullOrWhiteSpace(template))
        {
            throw map.Fault(key, "is empty");
        }

        if (FreeAnswers.Rest(template) is var rest && (rest.Contains("{{", StringComparison.Ordinal) || rest.Contains("}}", StringComparison.Ordinal)))
        {
            throw map.Fault(key, "may hold nothing but field names in double braces, such as {{income}}");
        }

        foreach (var name in FreeAnswers.FieldsIn(template))
        {
            RequireField(name, descriptor, map, key);
        }
    }

    private static FieldDescriptor RequireField(string name, DatasetDescriptor descriptor, YamlMap map, string key) =>
        descriptor.Fields.FirstOrDefault(f => f.Name == name) ?? throw map.Fault(
            key, $"names '{name}', which is not a field; did you mean '{YamlMap.Nearest(name, descriptor.Fields.Select(f => f.Name))}'?");

    private static void CheckRule(RuleDescriptor rule, DatasetDescriptor descriptor, YamlMap map)
    {
        var field = RequireField(rule.Field, descriptor, map, "field");
        if ((rule.Above ?? rule.Below) is not null && field.Kind != FieldKind.Numeric)
        {
            throw map.Fault(rule.Above is null ? "below" : "above", $"compares numbers, but '{field.Name}' is not numeric");
        }

        if (rule.Name.Length == 0)
        {
            throw map.Fault("name", "is empty");
        }
    }
}

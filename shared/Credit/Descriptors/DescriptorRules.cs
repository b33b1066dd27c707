using System.Globalization;
using System.Text.RegularExpressions;
using ZiGong.Credit.Reading;

namespace ZiGong.Credit.Descriptors;

/// <summary>What must hold between the parts of a descriptor.</summary>
internal static class DescriptorRules
{
    public static void Check(DatasetDescriptor descriptor, YamlMap root)
    {
        CheckNames(descriptor, root);
        CheckFields(descriptor, root);
        AnswerSection.Check(descriptor, root);
        TaskSection.Check(descriptor, root);
        foreach (var filter in descriptor.Filters)
        {
            CheckPattern(filter, root);
        }

        if (descriptor.OutcomeHorizon is not null && descriptor.ObservedAt is { Column: null, Constant: null } && descriptor.Windows.Count == 0)
        {
            throw root.Fault("outcome_horizon", "needs a time to count from; add 'observed_at' or remove it");
        }

        CheckHorizon(descriptor, root);
        if (descriptor.Split.Retrospective && descriptor.Split.Title.Length == 0)
        {
            throw root.Fault("split", "is retrospective, so it needs a 'title' that says so in every report");
        }
    }

    /// <summary>Times that the descriptor itself gives must leave room for the outcome; those of rows are looked at one by one.</summary>
    private static void CheckHorizon(DatasetDescriptor descriptor, YamlMap root)
    {
        var horizon = descriptor.OutcomeHorizon ?? new OutcomeHorizonDescriptor(0);
        if (horizon.Months > OutcomeHorizonDescriptor.LongestMonths)
        {
            throw root.Fault("outcome_horizon", $"is {horizon.Months} months, but must be at most {OutcomeHorizonDescriptor.LongestMonths}");
        }

        var longest = horizon.Months + (horizon.Column is null ? 0 : OutcomeHorizonDescriptor.LongestMonths);
        var times = descriptor.Windows.Select(window => window.ObservedAt).Concat(descriptor.ObservedAt.Constant is { } constant ? [constant] : []);
        if (times.Any(time => RowTimes.Later(time, longest) is null))
        {
            throw root.Fault(descriptor.Windows.Count > 0 ? "panel" : "observed_at", "gives a time so late that no outcome can be known after it");
        }
    }

    private static void CheckNames(DatasetDescriptor descriptor, YamlMap root)
    {
        foreach (var (key, value) in new[] { ("name", descriptor.Name), ("task", descriptor.Task) })
        {
            if (string.IsNullOrWhiteSpace(value))
            {
                throw root.Fault(key, "is empty");
            }
        }

        if (descriptor.Fields.Any(f => string.IsNullOrWhiteSpace(f.Name)))
        {
            throw root.Fault("fields", "holds a field without a name");
        }
    }

    private static void CheckFields(DatasetDescriptor descriptor, YamlMap root)
    {
        if (!descriptor.Features.Any())
        {
            throw root.Fault("fields", "must list at least one field that a model may see");
        }

        var twice = descriptor.Fields.GroupBy(field => field.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            throw root.Fault("fields", $"names '{twice.Key}' twice");
        }

        if (descriptor.Fields.FirstOrDefault(f => f.Kind == FieldKind.Text && (f.Protected || f.Codes.Count > 0)) is { } text)
        {
            throw root.Fault("fields", $"says '{text.Name}' is a text, so it can have neither codes nor be protected");
        }

        if (descriptor.Fields.FirstOrDefault(f => f.Cuts.Zip(f.Cuts.Skip(1)).Any(c => c.First >= c.Second)) is { } uncut)
        {
            throw root.Fault(
                "fields",
                $"cuts '{uncut.Name}' into groups at {string.Join(", ", uncut.Cuts.Select(c => c.ToString(CultureInfo.InvariantCulture)))}, "
                + "but cuts must rise");
        }

        // What names the borrower: a sample keeps its fields as they are.
        string[] ids = descriptor.Subject is { } subject ? [subject] : [.. descriptor.Key.Where(column => column != descriptor.ObservedAt.Column)];
        if (ColumnsPerWindow(descriptor).FirstOrDefault(c => ids.Contains(c.Column)) is { Field: not null } id)
        {
            throw root.Fault(
                "fields",
                $"uses the column '{id.Column}' for '{id.Field}', but that is the lender's id of the borrower, which is never stored: remove the field");
        }

        // A free answer may be made from what the model does not see.
        var hidden = descriptor.Tasks.Any(t => t.Answer.IsFree) ? descriptor.Fields.Where(f => !f.Feature && !f.Protected).Select(f => f.Name).ToList() : [];
        foreach (var (field, column, answer) in ColumnsPerWindow(descriptor).Where(c => !hidden.Contains(c.Field)))
        {
            if (descriptor.Leaks.Contains(column))
            {
                throw root.Fault("fields", $"uses the column '{column}' for '{field}', but 'leaks' says it carries the outcome: remove the field");
            }

            if (column == answer)
            {
                throw root.Fault("fields", $"uses the column '{column}' for '{field}', but it is the answer's own column: remove the field");
            }
        }
    }

    private static IEnumerable<(string Field, string Column, string Answer)> ColumnsPerWindow(DatasetDescriptor descriptor) =>
        descriptor.Windows.Count == 0
            ? descriptor.Tasks.SelectMany(task => descriptor.Fields.Select(field => (field.Name, field.Column, task.Answer.Column)))
            : descriptor.Windows.SelectMany(window => window.Columns.Select(pair => (pair.Key, pair.Value, window.Answer.Column)));

    private static void CheckPattern(FilterDescriptor filter, YamlMap root)
    {
        try
        {
            _ = filter.Matches is { } pattern ? new Regex(pattern, RegexOptions.NonBacktracking) : null;
        }
        catch (Exception fault) when (fault is ArgumentException or NotSupportedException)
        {
            throw root.Fault("filters", $"has the pattern '{filter.Matches}', which is not a regular expression: {fault.Message}");
        }
    }
}

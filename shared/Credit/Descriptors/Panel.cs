namespace ZiGong.Credit.Descriptors;

/// <summary>
/// Tables whose columns are months: a series lists one column per month, a field takes the column <c>lag</c> months before its
/// window's end, and a window may take its label from a later month of a series.
/// </summary>
internal static class Panel
{
    public static IReadOnlyList<WindowDescriptor> Windows(YamlMap? panel, IReadOnlyList<YamlMap> fields, AnswerDescriptor official)
    {
        if (panel is null)
        {
            return fields.FirstOrDefault(field => field.Has("series")) is { } stray
                ? throw stray.Fault("series", "needs a 'panel' section that lists the months and columns of the series")
                : [];
        }

        var months = panel.Texts("months").Select(text => DescriptorFile.Month(text, panel, "months")).ToList();
        if (months.Zip(months.Skip(1)).Any(pair => pair.First >= pair.Second))
        {
            throw panel.Fault("months", "must rise: a field's 'lag' and an answer's 'lead' count them");
        }

        var series = panel.ListMap("series");
        foreach (var (name, columns) in series)
        {
            if (columns.Count != months.Count)
            {
                throw panel.Fault("series", $"has {columns.Count} columns for '{name}' but there are {months.Count} months");
            }
        }

        List<WindowDescriptor> windows = [.. panel.Maps("windows", "ends", "answer").Select(window => Window(window, months, series, fields, official))];
        return windows.Count == 0 ? throw panel.Fault("windows", "must list at least one window")
            : windows.DistinctBy(window => window.ObservedAt).Count() < windows.Count ? throw panel.Fault(
                "windows", "end in the same month twice: one would replace the other")
            : windows;
    }

    private static WindowDescriptor Window(
        YamlMap window,
        List<DateTimeOffset> months,
        IReadOnlyDictionary<string, IReadOnlyList<string>> series,
        IReadOnlyList<YamlMap> fields,
        AnswerDescriptor official)
    {
        var end = months.IndexOf(DescriptorFile.Month(window.Text("ends"), window, "ends"));
        if (end < 0)
        {
            throw window.Fault("ends", "is not one of the panel's months");
        }

        var columns = fields.ToDictionary(
            field => field.Text("name"),
            field => field.Has("series")
                ? Column(field, series, end - field.Integer("lag", 0))
                : field.Text("column", field.Text("name")),
            StringComparer.Ordinal);
        return new WindowDescriptor(months[end], columns, Answer(window, series, end, official));
    }

    private static AnswerDescriptor Answer(
        YamlMap window,
        IReadOnlyDictionary<string, IReadOnlyList<string>> series,
        int end,
        AnswerDescriptor official)
    {
        if (window.OptionalMap("answer", "series", "lead", "at_least", "map") is not { } answer)
        {
            return official;
        }

        if (official.IsFree)
        {
            throw window.Fault("answer", "labels a window, but the answer is of kind text");
        }

        return official with
        {
            Column = Column(answer, series, end + answer.Integer("lead", 1, minimum: 1)),
            AtLeast = answer.Number("at_least"),
            Map = answer.TextMap("map"),
        };
    }

    private static string Column(YamlMap map, IReadOnlyDictionary<string, IReadOnlyList<string>> series, int month)
    {
        var name = map.Text("series");
        if (!series.TryGetValue(name, out var columns))
        {
            throw map.Fault("series", $"is '{name}', which the panel does not list; did you mean '{YamlMap.Nearest(name, series.Keys)}'?");
        }

        return month >= 0 && month < columns.Count
            ? columns[month]
            : throw map.Fault("series", $"'{name}' has no month at this distance from a window's end");
    }
}

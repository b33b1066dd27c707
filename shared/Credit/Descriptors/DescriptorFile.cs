using System.Globalization;
using System.Reflection;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using ZiGong.Contracts;

namespace ZiGong.Credit.Descriptors;

/// <summary>Reads and checks dataset descriptors: the shipped catalog by name, or any YAML file by path.</summary>
public static class DescriptorFile
{
    private const string ResourcePrefix = "ZiGong.Credit.Descriptors.catalog.";

    /// <summary>Names of the descriptors that ship with the program.</summary>
    public static IReadOnlyList<string> Catalog { get; } =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Select(name => Path.GetFileNameWithoutExtension(name[ResourcePrefix.Length..]))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>A catalog name ("german") or the path of a descriptor.</summary>
    /// <exception cref="InputException">There is no such name or file, or its content is not a valid descriptor.</exception>
    public static DatasetDescriptor Load(string nameOrPath) => Parse(
        Text(nameOrPath), Catalog.Contains(nameOrPath, StringComparer.Ordinal) ? $"{nameOrPath}.yaml" : nameOrPath);

    /// <summary>The YAML behind a catalog name or path, as a run freezes it.</summary>
    /// <exception cref="InputException">There is no such name or file.</exception>
    public static string Text(string nameOrPath)
    {
        if (Catalog.Contains(nameOrPath, StringComparer.Ordinal))
        {
            using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream($"{ResourcePrefix}{nameOrPath}.yaml")!;
            using var reader = new StreamReader(stream);
            return reader.ReadToEnd();
        }

        return File.Exists(nameOrPath)
            ? File.ReadAllText(nameOrPath)
            : throw new InputException(
                $"There is no descriptor '{nameOrPath}'. Give the path of a YAML file or one of: {string.Join(", ", Catalog)}" +
                $" (did you mean '{YamlMap.Nearest(Path.GetFileNameWithoutExtension(nameOrPath), Catalog)}'?).");
    }

    /// <param name="yaml">Content of the file.</param>
    /// <param name="file">Name for messages.</param>
    /// <exception cref="InputException">Names file, line and key of the first fault.</exception>
    public static DatasetDescriptor Parse(string yaml, string file)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(yaml));
        }
        catch (YamlException fault)
        {
            throw new InputException($"{file}, line {fault.Start.Line}: this is not valid YAML: {fault.Message.TrimEnd('.')}.", fault);
        }

        if (stream.Documents.Count == 0)
        {
            throw new InputException($"{file}, line 1: the descriptor is empty; docs/descriptors.md explains the keys.");
        }

        var root = new YamlMap(
            file, "", stream.Documents[0].RootNode, "name", "version", "task", "description", "format", "subject", "subject_space", "key",
            "observed_at", "outcome_horizon", "filters", "fields", "answer", "more_tasks", "panel", "leaks", "split", "prompt");
        var descriptor = Descriptor(root);
        DescriptorRules.Check(descriptor, root);
        return descriptor;
    }

    internal static DateTimeOffset Month(string text, YamlMap map, string key)
    {
        string[] formats = ["yyyy-MM-dd", "yyyy-MM"];
        return DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw map.Fault(key, $"must be a date such as 2005-09-01 or a month such as 2005-09, not '{text}'");
    }

    private static DatasetDescriptor Descriptor(YamlMap root)
    {
        var format = Format(root.Map("format", "kind", "delimiter", "header", "missing"));
        var answer = AnswerSection.Read(root);
        var entries = root.Maps(
            "fields", "name", "column", "series", "lag", "label", "kind", "codes", "missing", "protected", "groups", "cuts", "feature");
        return new DatasetDescriptor
        {
            Name = root.Text("name"),
            Version = root.Integer("version", 1, minimum: 1),
            Task = root.Text("task"),
            Description = root.Text("description", ""),
            Subject = root.OptionalText("subject"),
            SubjectSpace = root.Text("subject_space", root.Text("name")),
            Key = root.Texts("key"),
            Format = format,
            ObservedAt = ObservedAt(root),
            OutcomeHorizon = Horizon(root),
            Filters = [.. root.Maps("filters", "column", "in", "matches").Select(Filter)],
            Fields = [.. entries.Select(entry => Field(entry, format))],
            Answer = answer,
            MoreTasks = [.. TaskSection.Maps(root).Select(TaskSection.Read)],
            Windows = Panel.Windows(root.OptionalMap("panel", "months", "series", "windows"), entries, answer),
            Leaks = root.Texts("leaks"),
            Split = Split(root.OptionalMap("split", "mode", "reference_months", "test_months", "retrospective", "title")),
            Prompt = Prompt(root.OptionalMap("prompt", "form", "instruction", "field", "frame", "missing_words")),
        };
    }

    private static FormatDescriptor Format(YamlMap map)
    {
        var delimiter = map.Text("delimiter", ",");
        if (delimiter.Length != 1)
        {
            throw map.Fault("delimiter", $"must be one character (\"\\t\" for a tab), not '{delimiter}'");
        }

        var kind = map.Choice<TableFormat>("kind");
        return new FormatDescriptor
        {
            Kind = kind,
            Delimiter = delimiter[0],
            Header = kind == TableFormat.Csv && map.Flag("header", true),
            Missing = map.Texts("missing", kind == TableFormat.Arff ? ["", "?"] : [""]),
        };
    }

    private static ObservedAtDescriptor ObservedAt(YamlMap root)
    {
        if (root.OptionalMap("observed_at", "column", "format", "constant", "part_of_key") is not { } map)
        {
            return new ObservedAtDescriptor();
        }

        if (map.Has("column") == map.Has("constant"))
        {
            throw root.Fault("observed_at", "needs either 'column' or 'constant'");
        }

        if (map.Has("part_of_key") && !(map.Has("column") && root.Has("key")))
        {
            throw map.Fault("part_of_key", "is for a time from a column beside a 'key': add them or remove it");
        }

        return new ObservedAtDescriptor
        {
            PartOfKey = map.Flag("part_of_key", false),
            Column = map.OptionalText("column"),
            Format = map.Text("format", "yyyy-MM-dd"),
            Constant = map.OptionalText("constant") is { } text ? Month(text, map, "constant") : null,
        };
    }

    private static OutcomeHorizonDescriptor? Horizon(YamlMap root) => root.Find("outcome_horizon") switch
    {
        null => null,
        YamlMappingNode => root.Map("outcome_horizon", "months", "column") is var map
            ? new OutcomeHorizonDescriptor(map.Integer("months", 0), map.OptionalText("column"))
            : null,
        _ => new OutcomeHorizonDescriptor(root.Integer("outcome_horizon", 0)),
    };

    private static FilterDescriptor Filter(YamlMap map)
    {
        if (map.Has("in") == map.Has("matches"))
        {
            throw map.Fault("column", "needs either 'in' (a list of values) or 'matches' (a regular expression)");
        }

        var values = map.Texts("in");
        return map.Has("in") && values.Count == 0
            ? throw map.Fault("in", "is empty: no row would be kept")
            : new FilterDescriptor { Column = map.Text("column"), In = values, Matches = map.OptionalText("matches") };
    }

    private static FieldDescriptor Field(YamlMap map, FormatDescriptor format)
    {
        var name = map.Text("name");
        return new FieldDescriptor
        {
            Name = name,
            Column = map.Has("series") ? "" : map.Text("column", name),
            Label = map.Text("label", name),
            Kind = map.Choice<FieldKind>("kind"),
            Codes = map.TextMap("codes"),
            Protected = map.Flag("protected", false),
            Groups = map.TextMap("groups"),
            Cuts = map.Numbers("cuts"),
            Feature = map.Flag("feature", true),
            Missing = [.. format.Missing.Union(map.Texts("missing"), StringComparer.Ordinal)],
        };
    }

    private static SplitDescriptor Split(YamlMap? map) => map is null ? new SplitDescriptor() : new SplitDescriptor
    {
        Mode = map.Choice<SplitMode>("mode", SplitMode.Auto),
        ReferenceMonths = map.Integer("reference_months", 1, minimum: 1),
        TestMonths = map.Integer("test_months", 1, minimum: 1),
        Retrospective = map.Flag("retrospective", false),
        Title = map.Text("title", ""),
    };

    private static PromptDescriptor Prompt(YamlMap? map) => map is null ? new PromptDescriptor() : new PromptDescriptor
    {
        Form = map.Choice<PromptForm>("form", PromptForm.Table),
        Instruction = map.OptionalText("instruction"),
        Field = map.OptionalText("field"),
        Frame = map.OptionalText("frame"),
        MissingWords = map.Text("missing_words", "unknown"),
    };
}

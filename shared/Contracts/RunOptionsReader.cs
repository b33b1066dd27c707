using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace ZiGong.Contracts;

/// <summary>One option as documentation and error messages name it.</summary>
public sealed record RunOption(string Name, string Default, string Meaning);

/// <summary>An option whose value is not the default.</summary>
public sealed record OptionDifference(RunOption Option, string Value);

/// <summary>Reads, changes, checks and lists <see cref="RunOptions"/>.</summary>
public static class RunOptionsReader
{
    private static readonly JsonSerializerOptions Stored = new()
    {
        Converters = { new JsonStringEnumConverter() },
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    private static readonly JsonSerializerOptions InKeys =
        new(Stored) { TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LeaveOutWhatWasBefore } } };

    /// <summary>Every option with its value, so that no default of later code changes what a run means.</summary>
    public static string Write(RunOptions options) => JsonSerializer.Serialize(options, Stored);

    /// <summary>
    /// The same, of all options or a section of them, as keys and lineage have it: without those that change no result, and without later ones that
    /// are at what runs did before them.
    /// </summary>
    public static string ForKeys<T>(T options) => JsonSerializer.Serialize(options, InKeys);

    /// <summary>Stored options; those that are not there stand for what was done before they existed.</summary>
    /// <exception cref="JsonException">They name an option that this code does not know, or a value that is none.</exception>
    public static RunOptions Read(string json)
    {
        var stored = JsonNode.Parse(WithNamesOfToday(json))?.AsObject() ?? throw new InvalidDataException("run options are null");
        var options = stored.Deserialize<RunOptions>(Stored)!;
        var clipped = stored["Agent"] is JsonObject agent && agent.ContainsKey(nameof(AgentOptions.ClipNorm));
        options = Leaves().Where(leaf => leaf.Before is not null && !leaf.IsIn(stored)).Aggregate(options, (o, leaf) => leaf.Write(o, leaf.Before!));

        // Before agents had a limit of their own they were trained under the tuning's.
        return clipped ? options : options with { Agent = options.Agent with { ClipNorm = options.Tuning.ClipNorm } };
    }

    /// <summary>Stored options of runs that older code made: KsFallRule had a third name for what Off does.</summary>
    private static string WithNamesOfToday(string json) => json.Replace("\"WhenDetectable\"", "\"Off\"", StringComparison.Ordinal);

    /// <summary>Every option with its default and meaning.</summary>
    public static IReadOnlyList<RunOption> List()
    {
        var defaults = new RunOptions();
        return [.. Leaves().Select(leaf => new RunOption(
            leaf.Name, Text(leaf.Read(defaults)), leaf.Property.GetCustomAttribute<DescriptionAttribute>()?.Description ?? ""))];
    }

    /// <summary>The options that are not at their defaults, in the order of <see cref="List"/>.</summary>
    public static IReadOnlyList<OptionDifference> Differences(RunOptions options) =>
        [.. List().Zip(Leaves(), (option, leaf) => new OptionDifference(option, Text(leaf.Read(options)))).Where(d => d.Value != d.Option.Default)];

    /// <summary>Applies <c>Section:Name=value</c>.</summary>
    /// <exception cref="InputException">Unknown name, value of the wrong kind, or out of range; the message names the option.</exception>
    public static RunOptions Set(RunOptions options, string assignment)
    {
        var cut = assignment.IndexOf('=', StringComparison.Ordinal);
        if (cut <= 0)
        {
            throw new InputException($"'{assignment}' is not of the form Section:Name=value, for example Selection:TopShare=0.5");
        }

        var (name, text) = (assignment[..cut].Trim(), assignment[(cut + 1)..].Trim());
        var leaf = Leaves().FirstOrDefault(l => l.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
            ?? throw new InputException($"there is no option '{name}'; did you mean '{Nearest(name, Leaves().Select(l => l.Name))}'?");
        var value = Parse(leaf, text);
        var changed = leaf.Write(options, value);
        Check(changed);
        return changed;
    }

    /// <summary>Names of the options that differ.</summary>
    public static IReadOnlyList<string> Changes(RunOptions before, RunOptions after) =>
        [.. Leaves().Where(l => !Equals(l.Read(before), l.Read(after))).Select(l => l.Name)];

    /// <summary>Names of the options that name a folder of the machine that works on the run.</summary>
    public static IReadOnlyList<string> Folders { get; } = [
        .. Leaves().Where(l => l.Property.IsDefined(typeof(NamesFolderAttribute), inherit: false)).Select(l => l.Name)];

    /// <summary>An option's value as text.</summary>
    public static string TextOf(RunOptions options, string name) => Text(Leaves().Single(l => l.Name == name).Read(options));

    /// <summary>An option as <see cref="Set"/> takes it: <c>Section:Name=value</c>.</summary>
    public static string Assignment(RunOptions options, string name) => $"{name}={TextOf(options, name)}";

    /// <exception cref="InputException">A value is out of its range; the message names the option and the range.</exception>
    public static void Check(RunOptions options)
    {
        foreach (var leaf in Leaves())
        {
            var range = leaf.Property.GetCustomAttribute<RangeAttribute>();
            var value = leaf.Read(options);
            if (range is not null && !range.IsValid(value))
            {
                throw new InputException($"option {leaf.Name} is {Text(value)}, but must lie between {range.Minimum} and {range.Maximum}");
            }
        }
    }

    /// <summary>The candidate with the smallest edit distance, for "did you mean".</summary>
    public static string Nearest(string word, IEnumerable<string> candidates) =>
        candidates.MinBy(c => Distance(word.ToUpperInvariant(), c.ToUpperInvariant())) ?? "";

    private static void LeaveOutWhatWasBefore(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.AttributeProvider?.IsDefined(typeof(NotInKeysAttribute), inherit: false) == true)
            {
                property.ShouldSerialize = (_, _) => false;
            }
            else if (property.AttributeProvider?.GetCustomAttributes(typeof(DefaultValueAttribute), inherit: false) is [DefaultValueAttribute before])
            {
                property.ShouldSerialize = (_, value) => !Equals(value, before.Value);
            }
        }
    }

    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
            }
        }

        return row[b.Length];
    }

    private static object Parse(Leaf leaf, string text)
    {
        var type = leaf.Property.PropertyType;
        try
        {
            // Enum.Parse takes numbers, and of several names what their bits make.
            return !type.IsEnum ? Convert.ChangeType(text, type, CultureInfo.InvariantCulture)
                : Enum.GetNames(type).Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse(type, text, ignoreCase: true)
                : throw new FormatException();
        }
        catch (Exception e) when (e is FormatException or OverflowException or ArgumentException or InvalidCastException)
        {
            var wanted = type.IsEnum ? $"one of {string.Join(", ", Enum.GetNames(type))}" : $"a value of type {type.Name}";
            throw new InputException($"option {leaf.Name} is '{text}', but must be {wanted}", e);
        }
    }

    private static string Text(object? value) => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static IEnumerable<Leaf> Leaves()
    {
        foreach (var property in typeof(RunOptions).GetProperties().Where(p => p.CanWrite))
        {
            if (property.PropertyType.Namespace != typeof(RunOptions).Namespace)
            {
                yield return new Leaf(property.Name, null, property);
                continue;
            }

            foreach (var inner in property.PropertyType.GetProperties().Where(p => p.CanWrite))
            {
                yield return new Leaf($"{property.Name}:{inner.Name}", property, inner);
            }
        }
    }

    private sealed record Leaf(string Name, PropertyInfo? Section, PropertyInfo Property)
    {
        /// <summary>What runs did before the option existed; null for one that was always there.</summary>
        public object? Before { get; } = Property.GetCustomAttribute<DefaultValueAttribute>()?.Value;

        public bool IsIn(JsonObject stored) => (Section is null ? stored : stored[Section.Name] as JsonObject)?.ContainsKey(Property.Name) == true;

        public object? Read(RunOptions options) => Property.GetValue(Section is null ? options : Section.GetValue(options));

        public RunOptions Write(RunOptions options, object value)
        {
            // Records are copied, never changed in place: a run's frozen options may be shared.
            var copy = options with { };
            object target = copy;
            if (Section is not null)
            {
                target = CopyOf(Section.GetValue(options)!);
                Section.SetValue(copy, target);
            }

            Property.SetValue(target, value);
            return copy;
        }

        private static object CopyOf(object record) =>
            record.GetType().GetMethod("<Clone>$")!.Invoke(record, null)!;
    }
}

using System.Globalization;
using YamlDotNet.RepresentationModel;
using ZiGong.Contracts;

namespace ZiGong.Credit.Descriptors;

/// <summary>
/// One mapping of a YAML file with typed access. Every fault names file, line and key; an unknown key is refused at once,
/// with the nearest known one, so that a typing error never turns into a default.
/// </summary>
internal sealed class YamlMap
{
    private readonly string _file;
    private readonly string _path;
    private readonly YamlMappingNode _node;

    public YamlMap(string file, string path, YamlNode node, params string[] known)
    {
        _file = file;
        _path = path;
        _node = node as YamlMappingNode ?? throw At(node, path, "must be a mapping (key: value lines)");
        foreach (var key in _node.Children.Keys)
        {
            var name = (key as YamlScalarNode)?.Value ?? "";
            if (!known.Contains(name, StringComparer.Ordinal))
            {
                throw At(key, Join(name), $"is not a key here; did you mean '{Nearest(name, known)}'? Known: {string.Join(", ", known)}");
            }
        }
    }

    public bool Has(string key) => Find(key) is not null;

    public string Text(string key) => Scalar(Require(key), key);

    public string Text(string key, string fallback) => Find(key) is { } node ? Scalar(node, key) : fallback;

    public string? OptionalText(string key) => Find(key) is { } node ? Scalar(node, key) : null;

    public int Integer(string key, int fallback, int minimum = 0)
    {
        if (Find(key) is not { } node)
        {
            return fallback;
        }

        return int.TryParse(Scalar(node, key), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) && value >= minimum
            ? value
            : throw At(node, Join(key), $"must be a whole number of at least {minimum}, not '{Scalar(node, key)}'");
    }

    public double? Number(string key)
    {
        if (Find(key) is not { } node)
        {
            return null;
        }

        return Parse(node, key);
    }

    public bool Flag(string key, bool fallback) => Find(key) is not { } node ? fallback : Scalar(node, key) switch
    {
        "true" => true,
        "false" => false,
        var other => throw At(node, Join(key), $"must be true or false, not '{other}'"),
    };

    /// <summary>One of the enum's names, written in snake_case.</summary>
    public T Choice<T>(string key, T? fallback = null)
        where T : struct, Enum
    {
        if (Find(key) is not { } node)
        {
            return fallback ?? throw Missing(key);
        }

        var given = Scalar(node, key);
        var names = Enum.GetValues<T>().ToDictionary(value => Snake(value.ToString()), value => value, StringComparer.Ordinal);
        return names.TryGetValue(given, out var choice)
            ? choice
            : throw At(node, Join(key), $"must be one of {string.Join(", ", names.Keys)}, not '{given}'; did you mean '{Nearest(given, names.Keys)}'?");
    }

    /// <summary>A list of texts; a single text counts as a list of one.</summary>
    public IReadOnlyList<string> Texts(string key, params string[] fallback) => Find(key) switch
    {
        null => fallback,
        YamlSequenceNode list => [.. list.Children.Select(child => Scalar(child, key))],
        var single => [Scalar(single, key)],
    };

    public IReadOnlyList<double> Numbers(string key) =>
        Find(key) is { } node ? [.. List(node, key).Select(child => Parse(child, key))] : [];

    public IReadOnlyDictionary<string, string> TextMap(string key) =>
        Entries(key).ToDictionary(entry => entry.Key, entry => Scalar(entry.Value, $"{key}.{entry.Key}"), StringComparer.Ordinal);

    public IReadOnlyDictionary<string, IReadOnlyList<string>> ListMap(string key) =>
        Entries(key).ToDictionary(
            entry => entry.Key,
            entry => (IReadOnlyList<string>)[.. List(entry.Value, $"{key}.{entry.Key}").Select(child => Scalar(child, key))],
            StringComparer.Ordinal);

    public YamlNode Require(string key) => Find(key) ?? throw Missing(key);

    public YamlNode? Find(string key) => _node.Children.TryGetValue(new YamlScalarNode(key), out var node) ? node : null;

    public YamlMap Map(string key, params string[] known) => new(_file, Join(key), Require(key), known);

    public YamlMap? OptionalMap(string key, params string[] known) => Has(key) ? Map(key, known) : null;

    public IReadOnlyList<YamlMap> Maps(string key, params string[] known) =>
        Find(key) is { } node ? [.. List(node, key).Select((child, i) => new YamlMap(_file, $"{Join(key)}[{i + 1}]", child, known))] : [];

    /// <summary>A fault of a key that is there.</summary>
    public InputException Fault(string key, string what) => At(Find(key) ?? _node, Join(key), what);

    public static InputException Fault(string file, long line, string key, string what) =>
        new($"{file}, line {line}: {(key.Length > 0 ? $"'{key}' " : "")}{what}.");

    /// <summary>The known word with the smallest edit distance.</summary>
    public static string Nearest(string word, IEnumerable<string> known) =>
        known.MinBy(candidate => Distance(word, candidate)) ?? "";

    /// <summary>Letters to change, put in or leave out; the case does not matter.</summary>
    public static int Distance(string word, string other) => EditDistance(word.ToLowerInvariant(), other.ToLowerInvariant());

    private static string Snake(string name) =>
        string.Concat(name.Select((c, i) => char.IsUpper(c) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(c) : c.ToString()));

    private static int EditDistance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(above, row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }

        return row[^1];
    }

    private IEnumerable<KeyValuePair<string, YamlNode>> Entries(string key)
    {
        if (Find(key) is not { } node)
        {
            return [];
        }

        var map = node as YamlMappingNode ?? throw At(node, Join(key), "must be a mapping (key: value lines)");
        return map.Children.Select(pair => KeyValuePair.Create(Scalar(pair.Key, key), pair.Value));
    }

    private IList<YamlNode> List(YamlNode node, string key) =>
        (node as YamlSequenceNode)?.Children ?? throw At(node, Join(key), "must be a list");

    private double Parse(YamlNode node, string key) =>
        double.TryParse(Scalar(node, key), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value)
            ? value
            : throw At(node, Join(key), $"must be a number, not '{Scalar(node, key)}'");

    private string Scalar(YamlNode node, string key) =>
        (node as YamlScalarNode)?.Value ?? throw At(node, Join(key), "must be a single value, not a list or mapping");

    private string Join(string key) => _path.Length == 0 ? key : $"{_path}.{key}";

    private InputException Missing(string key) => At(_node, Join(key), "is missing");

    private InputException At(YamlNode node, string key, string what) => Fault(_file, node.Start.Line, key, what);
}

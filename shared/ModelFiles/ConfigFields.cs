using System.Text.Json;
using System.Text.Json.Nodes;
using ZiGong.Contracts;

namespace ZiGong.ModelFiles;

/// <summary>Typed access to the fields of a JSON object in a file, with messages that name the file and the field.</summary>
public sealed class ConfigFields
{
    private readonly JsonObject _fields;
    private readonly string _where;

    public ConfigFields(string json, string where)
    {
        _where = where;
        try
        {
            _fields = JsonNode.Parse(json) as JsonObject ?? throw new InputException($"{where}: expected a JSON object.");
            _ = _fields.Count; // duplicate names surface here, not at a later access
        }
        catch (Exception error) when (error is JsonException or ArgumentException or InvalidOperationException)
        {
            throw new InputException($"{where}: not valid JSON: {error.Message}", error);
        }
    }

    public bool Has(string name) => _fields.ContainsKey(name);

    /// <summary>The field must be absent, null or have the one value that this code computes.</summary>
    public void Refuse(string name, JsonNode? supported)
    {
        if (_fields[name] is { } value && !JsonNode.DeepEquals(value, supported))
        {
            throw new InputException($"{_where}: {name} is {value.ToJsonString()}; only {supported?.ToJsonString() ?? "null"} is supported.");
        }
    }

    public int Positive(string name, int? fallback = null) =>
        !Has(name) && fallback is { } value ? value : PositiveOrNull(name) ?? throw new InputException($"{_where}: {name} is missing.");

    public int? PositiveOrNull(string name) => _fields[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<int>(out var number) && number > 0 => number,
        var other => throw new InputException($"{_where}: {name} is {other.ToJsonString()}, expected a positive whole number."),
    };

    public double Number(string name, double fallback) => _fields[name] switch
    {
        null => fallback,
        JsonValue value when value.TryGetValue<double>(out var number) && number > 0 => number,
        var other => throw new InputException($"{_where}: {name} is {other.ToJsonString()}, expected a positive number."),
    };

    public bool Flag(string name) => _fields[name] switch
    {
        null => false,
        JsonValue value when value.TryGetValue<bool>(out var flag) => flag,
        var other => throw new InputException($"{_where}: {name} is {other.ToJsonString()}, expected true or false."),
    };

    public string? Text(string name) => _fields[name] switch
    {
        null => null,
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        var other => throw new InputException($"{_where}: {name} is {other.ToJsonString()}, expected text."),
    };

    public IReadOnlyList<string> Texts(string name) => _fields[name] switch
    {
        JsonArray list when list.All(node => node is JsonValue value && value.TryGetValue<string>(out _)) => [.. list.Select(node => node!.GetValue<string>())],
        null => throw new InputException($"{_where}: {name} is missing."),
        var other => throw new InputException($"{_where}: {name} is {other.ToJsonString()}, expected a list of texts."),
    };

    public IReadOnlyDictionary<string, string> TextMap(string name)
    {
        if (_fields[name] is not JsonObject map || map.Any(entry => entry.Value is not JsonValue value || !value.TryGetValue<string>(out _)))
        {
            throw new InputException($"{_where}: {name} is missing or not an object of texts.");
        }

        return map.ToDictionary(entry => entry.Key, entry => entry.Value!.GetValue<string>(), StringComparer.Ordinal);
    }

    /// <summary>Some models list several end tokens; the first one ends a generation here.</summary>
    public int TokenId(string name, int fallback) => _fields[name] switch
    {
        null => fallback,
        JsonValue value when value.TryGetValue<int>(out var id) && id >= 0 => id,
        JsonArray { Count: > 0 } list when list[0] is JsonValue first && first.TryGetValue<int>(out var id) && id >= 0 => id,
        var other => throw new InputException($"{_where}: {name} is {other.ToJsonString()}, expected a token id."),
    };

    /// <summary>transformers 5 moved <c>rope_theta</c> into <c>rope_parameters</c>; scaled variants of RoPE are refused.</summary>
    public double RopeTheta(double fallback)
    {
        Refuse("rope_scaling", null);
        if (_fields["rope_parameters"] is not JsonObject rope)
        {
            return Number("rope_theta", fallback);
        }

        var inner = new ConfigFields(rope.ToJsonString(), $"{_where}: rope_parameters");
        inner.Refuse("rope_type", "default");
        return inner.Number("rope_theta", fallback);
    }
}

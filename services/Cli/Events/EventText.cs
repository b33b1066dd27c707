using System.Text.Json;

namespace ZiGong.Cli.Events;

/// <summary>An event's payload in one line.</summary>
public static class EventText
{
    private const int HashDigits = 12;
    private const int Longest = 60;

    // Every line names the run already.
    private static readonly HashSet<string> Left = ["RunId", "Generation", "Unit"];

    /// <summary>Scalars as <c>name value</c>; hashes and long texts are shortened, lists and objects counted.</summary>
    public static string Of(string payload)
    {
        using var document = JsonDocument.Parse(payload);
        return string.Join(", ", document.RootElement.EnumerateObject().Where(p => !Left.Contains(p.Name)).Select(p => $"{p.Name} {Value(p.Value)}"));
    }

    private static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => $"({value.GetArrayLength()})",
        JsonValueKind.Object => $"({value.EnumerateObject().Count()})",
        JsonValueKind.String => Short(value.GetString()!),
        _ => value.ToString(),
    };

    private static string Short(string text) => text.Length is 32 or 64 && text.All(char.IsAsciiHexDigitLower)
        ? text[..HashDigits]
        : text.Length > Longest ? text[..Longest] + "…" : text;
}

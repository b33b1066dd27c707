using System.Text.Json;
using System.Text.Json.Serialization;

namespace ZiGong.Training.Tuning;

/// <summary>Reads what Templating wrote: the tokens of every instruction, exactly as the model is to see them, repeated ones as often as they count.</summary>
public static class TemplatedDataset
{
    /// <exception cref="InvalidDataException">A line is not an instruction with tokens; the message names file and line.</exception>
    public static async Task<IReadOnlyList<Example>> ReadAsync(string path, CancellationToken ct)
    {
        var examples = new List<Example>();
        var number = 0;
        await foreach (var line in File.ReadLinesAsync(path, ct))
        {
            number++;
            var (example, copies) = Parse(line) ?? throw new InvalidDataException($"{path}, line {number}: not an instruction with tokens");
            examples.AddRange(Enumerable.Repeat(example, copies));
        }

        return examples;
    }

    private static (Example Example, int Copies)? Parse(string line)
    {
        try
        {
            var row = JsonSerializer.Deserialize<Line>(line);
            return row?.Tokens is { Length: > 1 } && row.AnswerStart > 0 && row.AnswerStart < row.Tokens.Length && row.Copies > 0
                ? (new Example(row.Tokens, row.AnswerStart), row.Copies)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private sealed record Line(
        [property: JsonPropertyName("tokens")] int[]? Tokens,
        [property: JsonPropertyName("answer_start")] int AnswerStart,
        [property: JsonPropertyName("copies")] int Copies = 1);
}

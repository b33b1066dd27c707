using System.Buffers;
using System.Text.Json;
using ZiGong.Contracts;

namespace ZiGong.Credit.Metrics;

/// <summary>What one model said of one sample.</summary>
/// <param name="Id">Sample id.</param>
/// <param name="Positive">Whether the sample's true answer is the bad outcome.</param>
/// <param name="Probability">P(positive), in [0, 1]; NaN where the model's answer was no number.</param>
/// <param name="Generated">What the free generation amounted to; null for a model that writes nothing, such as the scorecard.</param>
/// <param name="Answer">Of three or more answers the true one; null of two.</param>
/// <param name="Said">Of three or more answers the likeliest one by the model; null of two.</param>
public sealed record SamplePrediction(
    string Id, bool Positive, double Probability, Predictions.Generated? Generated = null, string? Answer = null, string? Said = null);

/// <summary>
/// A model's predictions as JSON lines <c>{"id":…,"positive":true,"probability":0.1234,"generated":"right"}</c> by rising id (ordinal);
/// probabilities in their shortest exact form, null for what was no number, <c>generated</c> (right, wrong, miss) only where something was generated,
/// <c>answer</c> (true) and <c>said</c> (likeliest) only where there are three or more answers. Holds no run id and no time: the same predictions are
/// the same bytes.
/// </summary>
public static class PredictionFile
{
    /// <summary>Rows in any order; the file is ordered.</summary>
    /// <exception cref="ArgumentException">A sample is there twice, or a probability is outside [0, 1].</exception>
    public static byte[] Write(IEnumerable<SamplePrediction> predictions)
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 16);
        using var writer = new Utf8JsonWriter(buffer);
        var last = "";
        foreach (var prediction in predictions.OrderBy(p => p.Id, StringComparer.Ordinal))
        {
            Require(prediction, last);
            last = prediction.Id;
            writer.WriteStartObject();
            writer.WriteString("id", prediction.Id);
            writer.WriteBoolean("positive", prediction.Positive);
            if (double.IsNaN(prediction.Probability))
            {
                writer.WriteNull("probability");
            }
            else
            {
                writer.WriteNumber("probability", prediction.Probability);
            }

            if (prediction.Generated is { } generated)
            {
                writer.WriteString("generated", NameOf(generated));
            }

            if (prediction is { Answer: { } answer, Said: { } said })
            {
                writer.WriteString("answer", answer);
                writer.WriteString("said", said);
            }

            writer.WriteEndObject();
            writer.Flush();
            writer.Reset();
            buffer.Write("\n"u8);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <returns>The predictions by rising id.</returns>
    /// <exception cref="InputException">A line is not what <see cref="Write"/> makes, is out of order, or the file is cut off; names the line.</exception>
    public static IReadOnlyList<SamplePrediction> Read(ReadOnlyMemory<byte> file)
    {
        var predictions = new List<SamplePrediction>();
        var rest = file;
        var last = "";
        while (!rest.IsEmpty)
        {
            var number = predictions.Count + 1;
            var end = rest.Span.IndexOf((byte)'\n');
            if (end < 0)
            {
                throw new InputException($"the prediction file ends within line {number}: it is cut off, replay the evaluation stage");
            }

            var prediction = ReadLine(rest[..end], last, number);
            last = prediction.Id;
            predictions.Add(prediction);
            rest = rest[(end + 1)..];
        }

        return predictions;
    }

    /// <summary>The rows as metrics want them; generations take part only where every row has one.</summary>
    /// <exception cref="InputException">No rows, or only one class.</exception>
    /// <exception cref="ArgumentException">A probability was no number.</exception>
    public static Predictions ToPredictions(IReadOnlyList<SamplePrediction> rows) => Predictions.Of(
        [.. rows.Select(r => r.Probability)],
        [.. rows.Select(r => r.Positive)],
        rows.Count > 0 && rows.All(r => r.Generated is not null) ? [.. rows.Select(r => r.Generated!.Value)] : null);

    private static SamplePrediction ReadLine(ReadOnlyMemory<byte> line, string last, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var row = document.RootElement;
            var prediction = new SamplePrediction(
                row.GetProperty("id").GetString() ?? throw new FormatException("id is null"),
                row.GetProperty("positive").GetBoolean(),
                row.GetProperty("probability") is { ValueKind: not JsonValueKind.Null } probability ? probability.GetDouble() : double.NaN,
                row.TryGetProperty("generated", out var generated) ? GeneratedOf(generated.GetString()) : null,
                row.TryGetProperty("answer", out var answer) ? answer.GetString() : null,
                row.TryGetProperty("said", out var said) ? said.GetString() : null);
            Require(prediction, last);
            return prediction;
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException or ArgumentException)
        {
            throw new InputException($"line {number} of the prediction file cannot be read ({e.Message}): replay the evaluation stage", e);
        }
    }

    private static void Require(SamplePrediction prediction, string last)
    {
        if (string.CompareOrdinal(prediction.Id, last) <= 0)
        {
            throw new ArgumentException($"sample {prediction.Id} is there twice or out of order");
        }

        if (prediction.Probability is < 0 or > 1)
        {
            throw new ArgumentException($"the probability of sample {prediction.Id} is {prediction.Probability:R}, not in [0, 1]");
        }
    }

    private static string NameOf(Predictions.Generated generated) => generated switch
    {
        Predictions.Generated.Right => "right",
        Predictions.Generated.Wrong => "wrong",
        Predictions.Generated.Miss => "miss",
        _ => throw new ArgumentOutOfRangeException(nameof(generated), generated, null),
    };

    private static Predictions.Generated GeneratedOf(string? name) =>
        Enum.GetValues<Predictions.Generated>().Cast<Predictions.Generated?>().FirstOrDefault(g => NameOf(g!.Value) == name)
        ?? throw new FormatException($"unknown generation {name}");
}

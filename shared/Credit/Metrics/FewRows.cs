using System.Text.Json;
using System.Text.Json.Serialization;

namespace ZiGong.Credit.Metrics;

/// <summary>
/// When rows are too few for an interval. A resample draws from the rows at hand: of one bad sample it can only say how often it is drawn, and nothing of what
/// other bad samples would be like, so an interval would be narrow and wrong. There is none then, and a sentence says why.
/// </summary>
public static class FewRows
{
    /// <summary>Rows of each class, or answers, at least. Fewer have no intervals: of metrics, differences, arms, gaps between groups, free answers.</summary>
    public const int Smallest = 5;

    /// <summary>Why there are no intervals; null where there are.</summary>
    /// <param name="rows">Rows measured.</param>
    /// <param name="positives">Those of them that are truly bad.</param>
    public static string? WhyNone(int rows, int positives) => Math.Min(positives, rows - positives) >= Smallest
        ? null
        : $"no intervals: {positives} of {rows} test samples are bad and {rows - positives} are not; with fewer than {Smallest} of either, drawing them again says nothing of others";

    /// <summary>The same of free answers, which have no classes.</summary>
    public static string? WhyNone(int answers) => answers >= Smallest
        ? null
        : $"no intervals: with {answers} answers, fewer than {Smallest}, drawing them again says nothing of others";
}

/// <summary>Writes NaN, which JSON does not know, as null: an end that an interval has not.</summary>
public sealed class NotANumberAsNull : JsonConverter<double>
{
    public override bool HandleNull => true;

    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? double.NaN : reader.GetDouble();

    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsNaN(value))
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteNumberValue(value);
        }
    }
}

using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using ZiGong.Contracts;

namespace ZiGong.ModelFiles;

/// <summary>One tensor of a safetensors file. <paramref name="Begin"/> and <paramref name="End"/> are byte offsets into the data part.</summary>
public sealed record SafetensorsEntry(string Name, string DType, long[] Shape, long Begin, long End)
{
    public string ShapeText => $"[{string.Join(", ", Shape)}]";
}

/// <summary>
/// The safetensors format: 8 bytes little-endian header length, a JSON header, the data. Everything is checked before any tensor is
/// read: a file that is cut off, lies about its offsets or carries a name twice is refused with its name and the tensor's.
/// Source: the format description of huggingface/safetensors.
/// </summary>
public static class SafetensorsHeader
{
    /// <summary>The limit of the reference implementation.</summary>
    public const long MaxHeaderBytes = 100_000_000;

    private const string Metadata = "__metadata__";

    /// <summary>Bytes per element of every type that this project reads and writes.</summary>
    public static IReadOnlyDictionary<string, int> ElementSizes { get; } = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["F64"] = 8,
        ["F32"] = 4,
        ["F16"] = 2,
        ["BF16"] = 2,
        ["I64"] = 8,
        ["I32"] = 4,
        ["I16"] = 2,
        ["I8"] = 1,
        ["U8"] = 1,
        ["BOOL"] = 1,
    };

    /// <summary>Reads and validates the header.</summary>
    /// <param name="file">The whole file, seekable.</param>
    /// <param name="where">The file's path, for messages.</param>
    /// <returns>The entries in the order of their data, and where the data begins in the file.</returns>
    /// <exception cref="InputException">The file is not a complete safetensors file.</exception>
    public static (IReadOnlyList<SafetensorsEntry> Entries, long DataStart) Read(Stream file, string where)
    {
        var length = file.Length;
        if (length < 8)
        {
            throw new InputException($"{where}: {length} bytes are too few for a safetensors file; copy it again.");
        }

        Span<byte> prefix = stackalloc byte[8];
        file.Position = 0;
        file.ReadExactly(prefix);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength > MaxHeaderBytes || (long)headerLength > length - 8)
        {
            throw new InputException(
                $"{where}: the header claims {headerLength} bytes in a file of {length}; not a safetensors file, or cut off. Copy it again.");
        }

        var json = new byte[headerLength];
        file.ReadExactly(json);
        var dataStart = 8 + (long)headerLength;
        var entries = Parse(json, where);
        CheckLayout(entries, length - dataStart, where);
        return (entries, dataStart);
    }

    /// <summary>The bytes before the data: length, sorted JSON, spaces up to a multiple of 8.</summary>
    public static byte[] Write(IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        using var buffer = new MemoryStream();
        buffer.Write(new byte[8]);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = MistralConfig.IndentedJson.Encoder }))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(Metadata);
                foreach (var (key, value) in metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            foreach (var entry in entries)
            {
                WriteEntry(json, entry);
            }

            json.WriteEndObject();
        }

        while (buffer.Length % 8 != 0)
        {
            buffer.WriteByte((byte)' ');
        }

        var bytes = buffer.ToArray();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)bytes.Length - 8);
        return bytes;
    }

    private static void WriteEntry(Utf8JsonWriter json, SafetensorsEntry entry)
    {
        json.WriteStartObject(entry.Name);
        json.WriteString("dtype", entry.DType);
        json.WriteStartArray("shape");
        foreach (var size in entry.Shape)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(entry.Begin);
        json.WriteNumberValue(entry.End);
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static List<SafetensorsEntry> Parse(byte[] json, string where)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? [.. document.RootElement.EnumerateObject().Where(tensor => tensor.Name != Metadata).Select(tensor => ParseEntry(tensor, where))]
                : throw new InputException($"{where}: the safetensors header is not a JSON object.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException) // the second: text that is no Unicode
        {
            throw new InputException($"{where}: the safetensors header is not valid JSON: {error.Message}", error);
        }
    }

    private static SafetensorsEntry ParseEntry(JsonProperty tensor, string where)
    {
        var body = tensor.Value;
        if (body.ValueKind != JsonValueKind.Object
            || !body.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !body.TryGetProperty("shape", out var shape) || Numbers(shape) is not { } sizes
            || !body.TryGetProperty("data_offsets", out var offsets) || Numbers(offsets) is not [var begin, var end])
        {
            throw new InputException($"{where}: tensor {tensor.Name} lacks a dtype, a shape or two data_offsets in the header.");
        }

        var entry = new SafetensorsEntry(tensor.Name, dtype.GetString()!, sizes, begin, end);
        if (!ElementSizes.TryGetValue(entry.DType, out var width))
        {
            throw new InputException($"{where}: tensor {entry.Name} has type {entry.DType}; known are {string.Join(", ", ElementSizes.Keys)}.");
        }

        if (begin > end || Bytes(sizes, width) != end - begin)
        {
            throw new InputException(
                $"{where}: tensor {entry.Name} of shape {entry.ShapeText} and type {entry.DType} does not fill its bytes {begin} to {end}.");
        }

        return entry;
    }

    /// <summary>Whole numbers of zero or more, or null if the element is anything else.</summary>
    private static long[]? Numbers(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var numbers = new List<long>();
        foreach (var item in element.EnumerateArray())
        {
            if (item.ValueKind != JsonValueKind.Number || !item.TryGetInt64(out var number) || number < 0)
            {
                return null;
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }

    /// <summary>Size in bytes; −1, which no tensor has, where the product overflows.</summary>
    private static long Bytes(long[] shape, int width)
    {
        var bytes = (Int128)width;
        foreach (var size in shape)
        {
            bytes *= size;
            if (bytes > long.MaxValue)
            {
                return -1;
            }
        }

        return (long)bytes;
    }

    /// <summary>Sorts by offset; the data must be covered without overlap, hole or rest, as the format demands.</summary>
    private static void CheckLayout(List<SafetensorsEntry> entries, long dataLength, string where)
    {
        entries.Sort((a, b) => (a.Begin, a.End).CompareTo((b.Begin, b.End)));
        long covered = 0;
        foreach (var entry in entries)
        {
            if (entry.End > dataLength)
            {
                throw new InputException(
                    $"{where}: tensor {entry.Name} ends at byte {entry.End}, but the data has {dataLength}; the file is cut off. Copy it again.");
            }

            if (entry.Begin != covered)
            {
                var fault = entry.Begin < covered ? "overlaps the tensor before it" : "leaves a hole before it";
                throw new InputException($"{where}: tensor {entry.Name} begins at byte {entry.Begin} where {covered} is expected: it {fault}.");
            }

            covered = entry.End;
        }

        if (covered != dataLength)
        {
            throw new InputException($"{where}: the data has {dataLength} bytes, but the header describes {covered}; copy the file again.");
        }
    }
}

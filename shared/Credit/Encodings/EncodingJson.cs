using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;

namespace ZiGong.Credit.Encodings;

/// <summary>The file form of a <see cref="SampleEncoding"/>. The vocabulary is written out too, so that a reader needs no code of ours.</summary>
internal static class EncodingJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter<FieldKind>(JsonNamingPolicy.CamelCase) },
    };

    private sealed record FieldFile(
        string Name,
        string Label,
        FieldKind Kind,
        double[] Edges,
        string[] Categories,
        string[] Rare,
        SortedDictionary<string, string> Words,
        int[] Counts);

    private sealed record EncodingFile(
        int Version,
        string Dataset,
        string Task,
        string[] Answers,
        string Positive,
        FieldFile[] Fields,
        string[] Vocabulary);

    public static byte[] Write(SampleEncoding encoding) => JsonSerializer.SerializeToUtf8Bytes(
        new EncodingFile(
            SampleEncoding.CurrentVersion,
            encoding.Dataset,
            encoding.Task,
            [.. encoding.Answers],
            encoding.Positive,
            [.. encoding.Fields.Select(ToFile)],
            [.. encoding.Vocabulary]),
        Options);

    public static SampleEncoding Read(ReadOnlySpan<byte> json)
    {
        var file = Parse(json);
        if (file.Version != SampleEncoding.CurrentVersion)
        {
            throw new InputException(
                $"the encoding of {file.Dataset} has version {file.Version}, this program reads {SampleEncoding.CurrentVersion}: "
                + "start a full run to fit it anew");
        }

        var encoding = Rebuild(file);
        var differs = encoding.Vocabulary.Length != file.Vocabulary.Length
            ? Math.Min(encoding.Vocabulary.Length, file.Vocabulary.Length)
            : Enumerable.Range(0, file.Vocabulary.Length).FirstOrDefault(i => encoding.Vocabulary[i] != file.Vocabulary[i], -1);
        return differs < 0
            ? encoding
            : throw new InputException(
                $"the encoding of {file.Dataset}: its {file.Vocabulary.Length} vocabulary entries do not follow from its bins " +
                $"({encoding.Vocabulary.Length} entries), first at token {differs}; the file was changed by hand or damaged, start a full run to fit it anew");
    }

    private static EncodingFile Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            return JsonSerializer.Deserialize<EncodingFile>(json, Options) ?? throw new InputException("the encoding file holds null");
        }
        catch (JsonException e)
        {
            throw new InputException($"the encoding file cannot be read (line {e.LineNumber + 1}, {e.Path}): start a full run to fit it anew", e);
        }
    }

    private static SampleEncoding Rebuild(EncodingFile file)
    {
        try
        {
            return new SampleEncoding(file.Dataset, file.Task, file.Answers, file.Positive, [.. file.Fields.Select(FromFile)]);
        }
        catch (ArgumentException e)
        {
            throw new InputException($"the encoding of {file.Dataset} names a category twice ({e.Message}): start a full run to fit it anew", e);
        }
    }

    private static FieldFile ToFile(FieldBins f) =>
        new(f.Name, f.Label, f.Kind, [.. f.Edges], [.. f.Categories], [.. f.Rare], new(f.Words.ToDictionary(), StringComparer.Ordinal), [.. f.Counts]);

    private static FieldBins FromFile(FieldFile f) => new(f.Name, f.Label, f.Kind, f.Edges, f.Categories, f.Rare, f.Words, f.Counts);
}

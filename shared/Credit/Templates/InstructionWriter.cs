using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ZiGong.Credit.Templates;

/// <summary>One instruction of a tuning data set.</summary>
/// <param name="Id">Sample id.</param>
/// <param name="Instruction">The task with its allowed answers.</param>
/// <param name="Input">The sample's fields in words.</param>
/// <param name="Output">The answer.</param>
/// <param name="Score">Influence score; null where the sample was not scored.</param>
/// <param name="Rank">Rank by score from 1; null where the sample was not scored.</param>
/// <param name="Reason">Why it was kept: top, random, class guard.</param>
public sealed record InstructionRecord(string Id, string Instruction, string Input, string Output, double? Score, int? Rank, string Reason)
{
    /// <summary>Prompt and answer as the model sees them; empty where no model was named.</summary>
    public IReadOnlyList<int> Tokens { get; init; } = [];

    /// <summary>Index of the first answer token in <see cref="Tokens"/>.</summary>
    public int AnswerStart { get; init; }

    /// <summary>Ids of the samples that the prompt shows as worked examples; they stand in <see cref="Tokens"/>, not in <see cref="Input"/>.</summary>
    public IReadOnlyList<string> Shots { get; init; } = [];

    /// <summary>How often the instruction counts in training: above 1 where its class is repeated.</summary>
    public int Copies { get; init; } = 1;

    public static InstructionRecord Of(PromptTemplate template, Sample sample, double? score, int? rank, string reason) =>
        new(sample.Id, template.Instruction, template.Input(sample), sample.Answer, score, rank, reason);
}

/// <summary>Writes instructions as JSON lines: UTF-8 without mark, "\n" endings, fixed key order, shortest round-trip numbers. Same records, same bytes.</summary>
public sealed class InstructionWriter(Stream stream) : IDisposable
{
    // Non-ASCII letters stay readable; the file is never embedded in HTML.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _line = new(4096);
    private readonly Utf8JsonWriter _json = new(Stream.Null, Plain);

    /// <exception cref="ArgumentException">The score is NaN or infinite.</exception>
    public void Write(InstructionRecord record)
    {
        _line.ResetWrittenCount();
        _json.Reset(_line);
        _json.WriteStartObject();
        _json.WriteString("id", record.Id);
        _json.WriteString("instruction", record.Instruction);
        _json.WriteString("input", record.Input);
        _json.WriteString("output", record.Output);
        if (record.Score is { } score)
        {
            _json.WriteNumber("score", score);
        }

        if (record.Rank is { } rank)
        {
            _json.WriteNumber("rank", rank);
        }

        _json.WriteString("reason", record.Reason);
        if (record.Copies != 1)
        {
            _json.WriteNumber("copies", record.Copies);
        }

        if (record.Shots.Count > 0)
        {
            _json.WriteStartArray("shots");
            foreach (var shot in record.Shots)
            {
                _json.WriteStringValue(shot);
            }

            _json.WriteEndArray();
        }

        if (record.Tokens.Count > 0)
        {
            _json.WriteNumber("answer_start", record.AnswerStart);
            _json.WriteStartArray("tokens");
            foreach (var token in record.Tokens)
            {
                _json.WriteNumberValue(token);
            }

            _json.WriteEndArray();
        }

        _json.WriteEndObject();
        _json.Flush();
        _line.Write("\n"u8);
        stream.Write(_line.WrittenSpan);
    }

    /// <summary>Flushes; the stream stays open.</summary>
    public void Dispose()
    {
        _json.Dispose();
        stream.Flush();
    }
}

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ZiGong.Credit.Templates;

/// <summary>
/// One instruction of a tuning data set: what is learnt, and nothing else. Whose it is and why it was kept is an <see cref="InstructionOrigin"/>.
/// </summary>
/// <param name="Instruction">The task with its allowed answers.</param>
/// <param name="Input">The sample's fields in words.</param>
/// <param name="Output">The answer.</param>
public sealed record InstructionRecord(string Instruction, string Input, string Output)
{
    /// <summary>Prompt and answer as the model sees them; empty where no model was named.</summary>
    public IReadOnlyList<int> Tokens { get; init; } = [];

    /// <summary>Index of the first answer token in <see cref="Tokens"/>.</summary>
    public int AnswerStart { get; init; }

    /// <summary>How often the instruction counts in training: above 1 where its class is repeated.</summary>
    public int Copies { get; init; } = 1;

    public static InstructionRecord Of(PromptTemplate template, Sample sample) => new(template.Instruction, template.Input(sample), sample.Answer);
}

/// <summary>Which sample an instruction is of, and why that was kept.</summary>
/// <param name="Id">Sample id.</param>
/// <param name="Rank">Rank by score, from 1.</param>
/// <param name="Score">Influence score.</param>
/// <param name="Reason">Why it was kept: top, random, class guard.</param>
/// <param name="Shots">Ids of the samples that the prompt shows as worked examples; they stand in its tokens, not in its input.</param>
public sealed record InstructionOrigin(string Id, int Rank, double Score, string Reason, IReadOnlyList<string> Shots);

/// <summary>
/// Writes instructions, or their origins, as JSON lines: UTF-8 without mark, "\n" endings, fixed key order, shortest
/// round-trip numbers. Same records, same bytes.
/// </summary>
public sealed class InstructionWriter(Stream stream) : IDisposable
{
    // Non-ASCII letters stay readable; the file is never embedded in HTML.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> _line = new(4096);
    private readonly Utf8JsonWriter _json = new(Stream.Null, Plain);

    public void Write(InstructionRecord record)
    {
        Begin();
        _json.WriteString("instruction", record.Instruction);
        _json.WriteString("input", record.Input);
        _json.WriteString("output", record.Output);
        if (record.Copies != 1)
        {
            _json.WriteNumber("copies", record.Copies);
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

        End();
    }

    /// <exception cref="ArgumentException">The score is NaN or infinite.</exception>
    public void Write(InstructionOrigin origin)
    {
        Begin();
        _json.WriteString("id", origin.Id);
        _json.WriteNumber("rank", origin.Rank);
        _json.WriteNumber("score", origin.Score);
        _json.WriteString("reason", origin.Reason);
        if (origin.Shots.Count > 0)
        {
            _json.WriteStartArray("shots");
            foreach (var shot in origin.Shots)
            {
                _json.WriteStringValue(shot);
            }

            _json.WriteEndArray();
        }

        End();
    }

    /// <summary>Flushes; the stream stays open.</summary>
    public void Dispose()
    {
        _json.Dispose();
        stream.Flush();
    }

    private void Begin()
    {
        _line.ResetWrittenCount();
        _json.Reset(_line);
        _json.WriteStartObject();
    }

    private void End()
    {
        _json.WriteEndObject();
        _json.Flush();
        _line.Write("\n"u8);
        stream.Write(_line.WrittenSpan);
    }
}

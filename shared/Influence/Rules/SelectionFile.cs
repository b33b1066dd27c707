using System.Buffers;
using System.Text.Json;
using ZiGong.Contracts;

namespace ZiGong.Influence.Rules;

/// <summary>
/// The selection as JSON lines <c>{"id":…,"rank":…,"score":…,"reason":"top"}</c> by rising rank; scores in their shortest exact form.
/// Holds no run id and no time: the same selection is the same bytes.
/// </summary>
public static class SelectionFile
{
    /// <returns>The bytes of the file.</returns>
    public static byte[] Write(IReadOnlyList<SelectionMember> members)
    {
        var buffer = new ArrayBufferWriter<byte>((members.Count * 100) + 1);
        using var writer = new Utf8JsonWriter(buffer);
        foreach (var member in members)
        {
            writer.WriteStartObject();
            writer.WriteString("id", member.Id);
            writer.WriteNumber("rank", member.Rank);
            writer.WriteNumber("score", member.Score);
            writer.WriteString("reason", NameOf(member.Reason));
            writer.WriteEndObject();
            writer.Flush();
            writer.Reset();
            buffer.Write("\n"u8);
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <exception cref="InputException">A line is not what <see cref="Write"/> makes; names the line.</exception>
    public static IReadOnlyList<SelectionMember> Read(ReadOnlyMemory<byte> file)
    {
        var members = new List<SelectionMember>();
        var rest = file;
        while (!rest.IsEmpty)
        {
            var end = rest.Span.IndexOf((byte)'\n');
            if (end < 0)
            {
                throw new InputException($"the selection file ends within line {members.Count + 1}: it is cut off, replay the selection stage");
            }

            members.Add(ReadLine(rest[..end], members.Count + 1));
            rest = rest[(end + 1)..];
        }

        return members;
    }

    /// <summary>The reason as files and tables write it: top, random, class-guard.</summary>
    public static string NameOf(SelectionReason reason) => reason switch
    {
        SelectionReason.Top => "top",
        SelectionReason.Random => "random",
        SelectionReason.ClassGuard => "class-guard",
        _ => throw new ArgumentOutOfRangeException(nameof(reason), reason, null),
    };

    private static SelectionMember ReadLine(ReadOnlyMemory<byte> line, int number)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var member = document.RootElement;
            return new SelectionMember(
                member.GetProperty("id").GetString() ?? throw new FormatException("id is null"),
                member.GetProperty("rank").GetInt32(),
                member.GetProperty("score").GetDouble(),
                ReasonOf(member.GetProperty("reason").GetString()));
        }
        catch (Exception e) when (e is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            throw new InputException($"line {number} of the selection file cannot be read ({e.Message}): replay the selection stage", e);
        }
    }

    private static SelectionReason ReasonOf(string? name) =>
        Enum.GetValues<SelectionReason>().Cast<SelectionReason?>().FirstOrDefault(r => NameOf(r!.Value) == name)
        ?? throw new FormatException($"unknown reason {name}");
}

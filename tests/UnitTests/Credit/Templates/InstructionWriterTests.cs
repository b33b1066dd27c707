using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Credit.Templates;

namespace ZiGong.UnitTests.Credit.Templates;

public sealed class InstructionWriterTests
{
    [Fact]
    public void A_record_is_one_line_with_fixed_keys() =>
        Written(new InstructionRecord("a1", "Do.", "x: 1\ny: \"é\" <b>", "good", 0.1, 3, "top"))
            .ShouldBe("""{"id":"a1","instruction":"Do.","input":"x: 1\ny: \"é\" <b>","output":"good","score":0.1,"rank":3,"reason":"top"}""" + "\n");

    [Fact]
    public void An_unscored_record_has_neither_score_nor_rank() =>
        Written(new InstructionRecord("a1", "Do.", "x", "bad", null, null, "random"))
            .ShouldBe("""{"id":"a1","instruction":"Do.","input":"x","output":"bad","reason":"random"}""" + "\n");

    [Fact]
    public void Scores_survive_the_round_trip_exactly()
    {
        double[] scores = [1.0 / 3, -1e-300, double.Epsilon, 12345678.9, -0.0];
        var lines = Written([.. scores.Select((score, i) => new InstructionRecord($"{i}", "", "", "", score, i, "top"))]).TrimEnd('\n').Split('\n');

        lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("score").GetDouble()).ShouldBe(scores);
    }

    [Fact]
    public void A_score_that_is_no_number_fails_loudly() =>
        Should.Throw<ArgumentException>(() => Written(new InstructionRecord("a", "", "", "", double.NaN, 1, "top")));

    [Fact]
    public void The_same_records_give_the_same_bytes_and_the_stream_stays_open()
    {
        InstructionRecord[] records = [new("a", "i", "x", "good", 0.5, 1, "top"), new("b", "i", "y", "bad", -2, 2, "random")];

        Written(records).ShouldBe(Written(records));
        Written(records).Count(c => c == '\n').ShouldBe(2);
    }

    private static string Written(params InstructionRecord[] records)
    {
        using var stream = new MemoryStream();
        using (var writer = new InstructionWriter(stream))
        {
            foreach (var record in records)
            {
                writer.Write(record);
            }
        }

        stream.CanWrite.ShouldBeTrue();
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}

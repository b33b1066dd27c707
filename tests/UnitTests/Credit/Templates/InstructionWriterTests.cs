using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Credit.Templates;

namespace ZiGong.UnitTests.Credit.Templates;

public sealed class InstructionWriterTests
{
    [Fact]
    public void An_instruction_is_one_line_with_fixed_keys_and_nothing_of_whose_it_is() =>
        Written(new InstructionRecord("Do.", "x: 1\ny: \"é\" <b>", "good") { Tokens = [3, 1, 4], AnswerStart = 2, Copies = 2 })
            .ShouldBe("""{"instruction":"Do.","input":"x: 1\ny: \"é\" <b>","output":"good","copies":2,"answer_start":2,"tokens":[3,1,4]}""" + "\n");

    [Fact]
    public void What_counts_once_and_has_no_tokens_says_nothing_of_either() =>
        Written(new InstructionRecord("Do.", "x", "bad")).ShouldBe("""{"instruction":"Do.","input":"x","output":"bad"}""" + "\n");

    [Fact]
    public void An_origin_is_one_line_with_fixed_keys()
    {
        Written(new InstructionOrigin("a1", 3, 0.1, "top", [])).ShouldBe("""{"id":"a1","rank":3,"score":0.1,"reason":"top"}""" + "\n");
        Written(new InstructionOrigin(
            "a1", 3, 0.1, "random", ["b", "c"])).ShouldBe("""{"id":"a1","rank":3,"score":0.1,"reason":"random","shots":["b","c"]}""" + "\n");
    }

    [Fact]
    public void Scores_survive_the_round_trip_exactly()
    {
        double[] scores = [1.0 / 3, -1e-300, double.Epsilon, 12345678.9, -0.0];
        var lines = Written([.. scores.Select((score, i) => new InstructionOrigin($"{i}", i, score, "top", []))]).TrimEnd('\n').Split('\n');

        lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("score").GetDouble()).ShouldBe(scores);
    }

    [Fact]
    public void A_score_that_is_no_number_fails_loudly() =>
        Should.Throw<ArgumentException>(() => Written(new InstructionOrigin("a", 1, double.NaN, "top", [])));

    [Fact]
    public void The_same_records_give_the_same_bytes_and_the_stream_stays_open()
    {
        InstructionRecord[] records = [new("i", "x", "good"), new("i", "y", "bad")];

        Written(records).ShouldBe(Written(records));
        Written(records).Count(c => c == '\n').ShouldBe(2);
    }

    private static string Written(params InstructionRecord[] records) => Written(writer => Array.ForEach(records, writer.Write));

    private static string Written(params InstructionOrigin[] origins) => Written(writer => Array.ForEach(origins, writer.Write));

    private static string Written(Action<InstructionWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new InstructionWriter(stream))
        {
            write(writer);
        }

        stream.CanWrite.ShouldBeTrue();
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}

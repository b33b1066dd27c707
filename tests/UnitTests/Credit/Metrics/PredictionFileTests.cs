using System.Text;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Metrics;
using static ZiGong.Credit.Metrics.Predictions;

namespace ZiGong.UnitTests.Credit.Metrics;

public sealed class PredictionFileTests
{
    private static readonly SamplePrediction[] Three =
    [
        new("0c", true, 0.1234, Generated.Right),
        new("0a", false, 1.0 / 3, Generated.Miss),
        new("0b", false, 1e-17, Generated.Wrong),
    ];

    [Fact]
    public void Lines_go_by_rising_id_with_shortest_exact_numbers() => Text(PredictionFile.Write(Three)).ShouldBe(
        """
        {"id":"0a","positive":false,"probability":0.3333333333333333,"generated":"miss"}
        {"id":"0b","positive":false,"probability":1E-17,"generated":"wrong"}
        {"id":"0c","positive":true,"probability":0.1234,"generated":"right"}

        """);

    [Fact]
    public void What_was_written_is_read_back_bit_for_bit()
    {
        var random = new SeededRandom(3);
        var rows = Enumerable.Range(0, 500)
            .Select(i => new SamplePrediction($"{i:x32}", random.NextDouble() < 0.2, random.NextDouble(), (Generated)random.NextInt(3)))
            .ToArray();

        PredictionFile.Read(PredictionFile.Write(rows)).ShouldBe(rows);
    }

    [Fact]
    public void The_order_of_the_rows_does_not_change_the_bytes() =>
        PredictionFile.Write(Three.Reverse()).ShouldBe(PredictionFile.Write(Three));

    [Fact]
    public void A_model_that_generates_nothing_leaves_the_field_out()
    {
        var file = PredictionFile.Write([new("0a", true, 0.5)]);

        Text(file).ShouldBe("""{"id":"0a","positive":true,"probability":0.5}""" + "\n");
        PredictionFile.Read(file)[0].Generated.ShouldBeNull();
    }

    [Fact]
    public void Of_three_answers_the_true_and_the_said_one_are_kept()
    {
        SamplePrediction[] rows = [new("0a", true, 0.5, Generated.Miss, "negative", "neutral"), new("0b", false, double.NaN, Generated.Miss, "neutral", "")];

        var file = PredictionFile.Write(rows);

        Text(file).Split('\n')[0].ShouldBe("""{"id":"0a","positive":true,"probability":0.5,"generated":"miss","answer":"negative","said":"neutral"}""");
        PredictionFile.Read(file).ShouldBe(rows);
    }

    [Fact]
    public void No_predictions_are_an_empty_file()
    {
        PredictionFile.Write([]).ShouldBeEmpty();
        PredictionFile.Read(Array.Empty<byte>()).ShouldBeEmpty();
    }

    [Fact]
    public void Metrics_of_the_file_are_those_of_the_rows()
    {
        var read = PredictionFile.ToPredictions(PredictionFile.Read(PredictionFile.Write(Three)));

        read.Measure()[Metric.Miss].ShouldBe(1.0 / 3, 1e-12);
        read.Measure()[Metric.Auc].ShouldBe(0.5); // .1234 beats 1e-17 and loses to a third
        PredictionFile.ToPredictions([.. Three.Select(r => r with { Generated = null })]).Measure().Keys.ShouldNotContain(Metric.Miss);
    }

    [Theory]
    [InlineData("""{"id":"0b","positive":true}""", "line 2")]
    [InlineData("""{"id":"0b","positive":"yes","probability":0.5}""", "line 2")]
    [InlineData("""{"id":"0b","positive":true,"probability":1.5}""", "not in [0, 1]")]
    [InlineData("""{"id":"0b","positive":true,"probability":0.5,"generated":"maybe"}""", "unknown generation maybe")]
    [InlineData("""{"id":"0a","positive":true,"probability":0.5}""", "twice or out of order")]
    [InlineData("""{"id":null,"positive":true,"probability":0.5}""", "id is null")]
    [InlineData("""not json""", "line 2")]
    [InlineData("""[1]""", "line 2")]
    public void A_damaged_line_is_named(string line, string expected)
    {
        var file = Encoding.UTF8.GetBytes("{\"id\":\"0a\",\"positive\":true,\"probability\":0.5}\n" + line + "\n");

        var error = Should.Throw<InputException>(() => PredictionFile.Read(file));

        error.Message.ShouldContain("line 2");
        error.Message.ShouldContain(expected);
        error.Message.ShouldContain("replay the evaluation stage");
    }

    [Fact]
    public void A_file_that_is_cut_off_is_refused() =>
        Should.Throw<InputException>(() => PredictionFile.Read(PredictionFile.Write(Three).AsMemory()[..^1])).Message.ShouldContain("ends within line 3");

    [Fact]
    public void What_was_no_number_is_null_in_the_file()
    {
        var file = PredictionFile.Write([Three[0] with { Probability = double.NaN }]);

        Text(file).ShouldBe("""{"id":"0c","positive":true,"probability":null,"generated":"right"}""" + "\n");
        PredictionFile.Read(file)[0].Probability.ShouldBe(double.NaN);
        Should.Throw<ArgumentException>(() => PredictionFile.ToPredictions(PredictionFile.Read(file))).Message.ShouldContain("row 0");
    }

    [Fact]
    public void A_sample_cannot_be_written_twice_nor_with_a_probability_that_is_none()
    {
        Should.Throw<ArgumentException>(() => PredictionFile.Write([Three[0], Three[0]])).Message.ShouldContain("0c is there twice");
        Should.Throw<ArgumentException>(() => PredictionFile.Write([Three[0] with { Probability = -0.1 }])).Message.ShouldContain("not in [0, 1]");
    }

    private static string Text(byte[] file) => Encoding.UTF8.GetString(file);
}

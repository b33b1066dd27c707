using System.Text.Json.Nodes;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.ModelFiles;

namespace ZiGong.UnitTests.ModelFiles;

/// <summary>Fields of a model's configuration: what is read, and what is refused with file and field.</summary>
public sealed class ConfigFieldsTests
{
    private const string Minimal =
        """{"model_type":"mistral","vocab_size":320,"hidden_size":64,"intermediate_size":128,"num_hidden_layers":2,"num_attention_heads":16}""";

    [Theory]
    [InlineData("1", 1)]
    [InlineData("2147483647", 2147483647)]
    [InlineData("null", null)]
    public void A_positive_number_is_whole_or_absent(string value, int? expected) => Fields(value).PositiveOrNull("x").ShouldBe(expected);

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("2147483648")]
    [InlineData("\"1\"")]
    [InlineData("true")]
    [InlineData("[1]")]
    [InlineData("{}")]
    public void What_is_no_positive_number_is_shown(string value) =>
        Refusal(() => Fields(value).PositiveOrNull("x")).ShouldBe($"f.json: x is {value}, expected a positive whole number.");

    [Theory]
    [InlineData("1e-6", 1e-6)]
    [InlineData("7", 7)]
    [InlineData("null", 0.5)]
    public void A_number_is_above_nothing_or_its_default(string value, double expected) => Fields(value).Number("x", 0.5).ShouldBe(expected);

    [Theory]
    [InlineData("0")]
    [InlineData("-0.1")]
    [InlineData("\"NaN\"")]
    [InlineData("[]")]
    public void What_is_no_number_is_shown(string value) =>
        Refusal(() => Fields(value).Number("x", 1)).ShouldBe($"f.json: x is {value}, expected a positive number.");

    [Theory]
    [InlineData("7", 7)]
    [InlineData("0", 0)]
    [InlineData("[5, 9]", 5)]
    [InlineData("null", 2)]
    public void The_first_of_several_end_tokens_ends_a_text(string value, int expected) => Fields(value).TokenId("x", 2).ShouldBe(expected);

    [Theory]
    [InlineData("-1")]
    [InlineData("[]")]
    [InlineData("[\"a\"]")]
    [InlineData("1.5")]
    public void What_is_no_token_is_refused(string value) => Refusal(() => Fields(value).TokenId("x", 2)).ShouldContain("expected a token id");

    [Fact]
    public void Flags_texts_and_lists_are_of_their_kind()
    {
        (Fields("true").Flag("x"), Fields("null").Flag("x"), Fields("true").Flag("absent")).ShouldBe((true, false, false));
        Refusal(() => Fields("1").Flag("x")).ShouldContain("x is 1, expected true or false");
        (Fields("\"a\"").Text("x"), Fields("null").Text("x")).ShouldBe(("a", null));
        Refusal(() => Fields("1").Text("x")).ShouldContain("expected text");
        Fields("[\"a\",\"b\"]").Texts("x").ShouldBe(["a", "b"]);
        Fields("[]").Texts("x").ShouldBeEmpty();
        Refusal(() => Fields("[1]").Texts("x")).ShouldContain("x is [1], expected a list of texts");
        Refusal(() => Fields("[]").Texts("y")).ShouldBe("f.json: y is missing.");
        Fields("""{"a":"b"}""").TextMap("x")["a"].ShouldBe("b");
        Refusal(() => Fields("""{"a":1}""").TextMap("x")).ShouldBe("f.json: x is missing or not an object of texts.");
        Refusal(() => Fields("[]").TextMap("x")).ShouldBe("f.json: x is missing or not an object of texts.");
    }

    [Fact]
    public void What_is_supported_alone_may_be_said_or_left_out()
    {
        Should.NotThrow(() => Fields("\"silu\"").Refuse("x", "silu"));
        Should.NotThrow(() => Fields("null").Refuse("x", "silu"));
        Should.NotThrow(() => Fields("1").Refuse("absent", "silu"));
        Refusal(() => Fields("\"gelu\"").Refuse("x", "silu")).ShouldBe("f.json: x is \"gelu\"; only \"silu\" is supported.");
        Refusal(() => Fields("{\"a\":1}").Refuse("x", null)).ShouldBe("f.json: x is {\"a\":1}; only null is supported.");
    }

    [Theory]
    [InlineData("", 8, 4)]
    [InlineData(""", "head_dim": null""", 8, 4)]
    [InlineData(""", "head_dim": 12""", 8, 12)]
    [InlineData(""", "num_key_value_heads": null""", 16, 4)]
    [InlineData(""", "num_key_value_heads": 4""", 4, 4)]
    public void Heads_that_are_null_are_what_transformers_takes_them_for(string more, int keys, int width)
    {
        var config = MistralConfig.FromJson(Minimal.Replace("}", more + "}", StringComparison.Ordinal), "config.json");

        (config.KvHeads, config.HeadDim).ShouldBe((keys, width));
    }

    [Fact]
    public void A_prompt_may_fill_all_positions_and_no_more()
    {
        var config = MistralConfig.FromJson(Minimal.Replace("}", ", \"max_position_embeddings\": 100}", StringComparison.Ordinal), "config.json");

        Should.NotThrow(() => config.CheckLength(100));
        Should.Throw<InputException>(() => config.CheckLength(101)).Message.ShouldBe(
            "a sequence of 101 tokens, but the model has 100 positions; shorten the prompt.");
    }

    [Theory]
    [InlineData("sliding_window", "null", null)]
    [InlineData("sliding_window", "64", 64)]
    [InlineData("other", "1", 4096)]
    public void A_window_that_is_null_is_none(string name, string value, int? window)
    {
        var json = JsonNode.Parse(Minimal)!.AsObject();
        json[name] = JsonNode.Parse(value);

        MistralConfig.FromJson(json.ToJsonString(), "config.json").SlidingWindow.ShouldBe(window);
    }

    private static ConfigFields Fields(string value) => new($$"""{"x":{{value}}}""", "f.json");

    private static string Refusal(Action action) => Should.Throw<InputException>(action).Message;
}

using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Encodings;

namespace ZiGong.UnitTests.Credit.Encodings;

/// <summary>The encoding's file, changed by hand or damaged: every token of a stored model depends on it.</summary>
public sealed class EncodingFileTests
{
    [Theory]
    [InlineData("version", "2", "has version 2, this program reads 1: start a full run to fit it anew")]
    [InlineData("answers", """["bad","good"]""", "first at token 5")]
    [InlineData("vocabulary", """["<pad>"]""", "first at token 1")]
    [InlineData("positive", "null", "cannot be read")]
    [InlineData("fields", "null", "cannot be read")]
    [InlineData("surprise", "1", "cannot be read")]
    public void A_changed_file_is_refused_with_where(string name, string value, string words)
    {
        var file = Written();
        file[name] = JsonNode.Parse(value);

        Refusal(file.ToJsonString()).ShouldContain(words);
    }

    [Fact]
    public void An_edge_more_or_less_changes_the_vocabulary_and_is_noticed()
    {
        var file = Written();
        file["fields"]![0]!["edges"]!.AsArray().RemoveAt(0);

        Refusal(file.ToJsonString()).ShouldContain("do not follow from its bins");
    }

    [Fact]
    public void A_category_twice_is_named()
    {
        var file = Written();
        file["fields"]![1]!["categories"] = JsonNode.Parse("""["1","1"]""");

        Refusal(file.ToJsonString()).ShouldContain("names a category twice");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"version":"one"}""")]
    public void What_is_no_encoding_at_all_says_what_to_do(string json) => Refusal(json).ShouldContain("start a full run to fit it anew");

    [Fact]
    public void A_missing_part_is_not_taken_for_an_empty_one()
    {
        foreach (var name in Written().Select(p => p.Key).ToList())
        {
            var file = Written();
            file.Remove(name);
            Refusal(file.ToJsonString()).ShouldNotBeEmpty();
        }
    }

    private static JsonObject Written() => JsonNode.Parse(EncodingFixtures.Fitted.ToJson())!.AsObject();

    private static string Refusal(string json) => Should.Throw<InputException>(() => SampleEncoding.FromJson(Encoding.UTF8.GetBytes(json))).Message;
}

using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Encodings;
using static ZiGong.UnitTests.Credit.Encodings.EncodingFixtures;

namespace ZiGong.UnitTests.Credit.Encodings;

public sealed class SampleEncodingTests
{
    // 5 special tokens, 2 answers, limit 10 + missing, sex 2 + other + unseen + missing, region 2 + other + unseen + missing
    private const int FirstField = 7;
    private const int FirstSex = FirstField + 11;
    private const int FirstRegion = FirstSex + 5;

    [Fact]
    public void A_prompt_is_start_one_token_per_feature_in_order_and_the_answer_mark()
    {
        var prompt = Fitted.Encode(Of(4, ("region", "south"), ("sex", "1"), ("limit", "35"), ("age", "30")));

        prompt.Prompt.ShouldBe([1, FirstField + 3, FirstSex + 1, FirstRegion + 1, 4]);
        prompt.Answers.ShouldBe([[5, 2], [6, 2]]);
        prompt.Truth.ShouldBe(1);
        Fitted.VocabularySize.ShouldBe(FirstRegion + 5);
    }

    [Fact]
    public void Every_prompt_has_the_same_length_whatever_is_missing()
    {
        var nothing = Fitted.Encode(Of(1)).Prompt;

        nothing.Length.ShouldBe(Fitted.PromptLength);
        nothing.ShouldBe([1, FirstField + 10, FirstSex + 4, FirstRegion + 4, 4]);
    }

    [Fact]
    public void No_two_bins_share_a_token()
    {
        Fitted.Vocabulary.Distinct().Count().ShouldBe(Fitted.VocabularySize);
        Fitted.Vocabulary[FirstSex].ShouldBe("sex=2"); // the descriptor's order of codes, not the alphabet's
        Fitted.Vocabulary[FirstRegion + 3].ShouldBe("region=unseen");
    }

    [Theory]
    [InlineData("-5", 0)]
    [InlineData("10", 0)]
    [InlineData("11", 1)] // a bin begins at its edge
    [InlineData("10.999", 0)]
    [InlineData("1e9", 9)]
    public void A_number_never_seen_falls_into_the_bin_of_its_value(string limit, int bin) =>
        Fitted.Bin(Of(1, ("limit", limit)))[0].ShouldBe(bin);

    [Fact]
    public void Rare_unseen_and_missing_categories_have_bins_of_their_own()
    {
        Fitted.Bin(Of(1, ("region", "isle99")))[2].ShouldBe(2);
        Fitted.Bin(Of(1, ("region", "moon")))[2].ShouldBe(3);
        Fitted.Bin(Of(1))[2].ShouldBe(4);
    }

    [Fact]
    public void Rendering_is_readable() =>
        Fitted.Render(Of(1, ("limit", "35"), ("sex", "2"), ("region", "moon"))).ShouldBe("limit=b3(31..41) sex=2(female) region=unseen");

    [Fact]
    public void The_outer_bins_are_open() =>
        (Fitted.Fields[0].Describe(0) + Fitted.Fields[0].Describe(9) + Fitted.Fields[0].Describe(10)).ShouldBe("b0(..11)b9(91..)missing");

    [Fact]
    public void Decoding_gives_the_words_without_padding_and_sequence_marks()
    {
        var prompt = Fitted.Encode(Of(4, ("limit", "35")));

        Fitted.Decode([.. prompt.Prompt, .. prompt.Answers[1], 0, 0, 9999]).ShouldBe("limit=b3 sex=missing region=missing <answer> bad <unk>");
    }

    [Fact]
    public void The_file_survives_a_round_trip_byte_by_byte()
    {
        var json = Fitted.ToJson();
        var read = SampleEncoding.FromJson(json);

        read.ToJson().ShouldBe(json);
        read.ContentHash().ShouldBe(Fitted.ContentHash());
        read.Encode(Train[7]).Prompt.ShouldBe(Fitted.Encode(Train[7]).Prompt);
        read.Render(Train[99]).ShouldBe(Fitted.Render(Train[99]));
    }

    [Fact]
    public void The_order_of_the_training_rows_does_not_change_the_file() =>
        SampleEncoding.Fit(Descriptor, [.. Train.Reverse()]).ToJson().ShouldBe(Fitted.ToJson());

    [Fact]
    public void Another_training_side_has_another_hash() =>
        SampleEncoding.Fit(Descriptor, [.. Train.Skip(20)]).ContentHash().ShouldNotBe(Fitted.ContentHash());

    [Theory]
    [InlineData("\"limit=b3\"", "\"limit=x3\"", "do not follow from its bins")]
    [InlineData("\"version\": 1", "\"version\": 9", "version 9")]
    [InlineData("\"positive\"", "\"positiv\"", "cannot be read")]
    [InlineData("{", "", "cannot be read")]
    [InlineData("\"south\"", "\"north\"", "names a category twice")]
    public void A_damaged_file_is_refused_with_what_to_do(string original, string changed, string message)
    {
        var json = System.Text.Encoding.UTF8.GetString(Fitted.ToJson());
        var at = json.IndexOf(original, StringComparison.Ordinal);
        var damaged = json[..at] + changed + json[(at + original.Length)..];

        var error = Should.Throw<InputException>(() => SampleEncoding.FromJson(System.Text.Encoding.UTF8.GetBytes(damaged)));
        error.Message.ShouldContain(message);
        error.Message.ShouldContain("start a full run");
    }

    [Theory]
    [InlineData("12a")]
    [InlineData("NaN")]
    [InlineData("")]
    public void A_value_that_is_no_number_names_sample_and_field(string value)
    {
        var error = Should.Throw<InputException>(() => Fitted.Encode(Of(17, ("limit", value))));

        error.Message.ShouldContain("row 17");
        error.Message.ShouldContain("field limit");
    }

    [Fact]
    public void An_answer_that_is_not_allowed_is_refused() =>
        Should.Throw<InputException>(() => Fitted.Encode(Of(1, "perhaps"))).Message.ShouldContain("good, bad");

    [Fact]
    public void An_empty_training_side_is_refused() =>
        Should.Throw<InputException>(() => SampleEncoding.Fit(Descriptor, [])).Message.ShouldContain("no samples");

    [Fact]
    public void A_descriptor_without_features_is_refused() =>
        Should.Throw<InputException>(() => SampleEncoding.Fit(Descriptor with { Fields = [] }, Train)).Message.ShouldContain("feature");
}

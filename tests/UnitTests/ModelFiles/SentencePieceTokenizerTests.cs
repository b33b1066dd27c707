using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using ZiGong.Testing;

namespace ZiGong.UnitTests.ModelFiles;

public sealed class SentencePieceTokenizerTests
{
    private const string RealModel = "mistral-tokenizer/tokenizer.model.v1";

    [SharedDataFact]
    public void The_real_Mistral_tokenizer_gives_the_ids_and_texts_of_libsentencepiece()
    {
        var tokenizer = SentencePieceTokenizer.Load(SharedData.Require(RealModel));
        var lines = File.ReadLines(SharedData.Require("mistral-tokenizer/reference_sentencepiece.jsonl")).Skip(1).ToList();
        var wrong = new List<string>();
        foreach (var line in lines)
        {
            var expected = JsonDocument.Parse(line).RootElement;
            var text = expected.GetProperty("text").GetString()!;
            int[] ids = [.. expected.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32())];
            if (!tokenizer.Encode(text).SequenceEqual(ids) || tokenizer.Decode(ids) != expected.GetProperty("decoded").GetString())
            {
                wrong.Add(line);
            }
        }

        wrong.ShouldBeEmpty();
        lines.Count.ShouldBe(288);
        (tokenizer.VocabularySize, tokenizer.BosId, tokenizer.EosId).ShouldBe((32_000, 1, 2));
    }

    /// <summary>Ids and texts from libsentencepiece 0.1.97. This model, unlike Mistral's, removes extra whitespace.</summary>
    public static TheoryData<string, int[], string> Stories => new()
    {
        { "", [], "" },
        { "   ", [], "" },
        { "Once upon a time", [403, 407, 261, 378], "Once upon a time" },
        { "  two  spaces  ", [259, 424, 414, 262, 427, 412, 331, 419], "two spaces" },
        { "Lily\nand\tTom.", [317, 13, 412, 264, 12, 434, 287, 426], "Lily\nand\tTom." },
        { "naïve café", [297, 412, 198, 178, 360, 280, 412, 431, 485], "naïve café" },
        { "日本語 🙂", [410, 233, 154, 168, 233, 159, 175, 235, 173, 161, 410, 243, 162, 156, 133], "日本語 🙂" },
        { "a▁b", [261, 268], "a b" },
        { "<s> hi </s>", [410, 504, 419, 505, 270, 417, 410, 504, 492, 419, 505], "<s> hi </s>" },
        { "zzzzzzzzqqqq", [410, 451, 451, 451, 451, 451, 451, 451, 451, 456, 456, 456, 456], "zzzzzzzzqqqq" },
        { "\u3000x", [410, 230, 131, 131, 444], "\u3000x" },
        { "Tim's 3 big dogs!", [326, 439, 419, 410, 472, 370, 400, 428, 419, 443], "Tim's 3 big dogs!" },
        { "a\0b", [261, 3, 430], "a\0b" },
    };

    [SharedDataFact]
    public void The_tokenizer_of_stories260K_gives_the_ids_and_texts_of_libsentencepiece()
    {
        var tokenizer = StoriesTokenizer();
        foreach (var row in Stories)
        {
            var (text, ids, decoded) = ((string)row[0], (int[])row[1], (string)row[2]);
            tokenizer.Encode(text).ShouldBe(ids, text);
            tokenizer.Decode(ids).ShouldBe(decoded);
        }
    }

    /// <summary>Ids from libsentencepiece 0.1.97: a ▁ at the end is an extra space, at the beginning it is not.</summary>
    [SharedDataTheory]
    [InlineData("a▁", new[] { 261 })]
    [InlineData("a ▁", new[] { 261 })]
    [InlineData("a▁ ▁▁ ", new[] { 261 })]
    [InlineData(" a ▁ b ▁", new[] { 261, 410, 410, 268 })]
    [InlineData("a▁\n", new[] { 261, 410, 13 })]
    [InlineData("Once upon▁", new[] { 403, 407 })]
    [InlineData("▁", new int[0])]
    [InlineData(" ▁ ▁", new int[0])]
    [InlineData("▁a", new[] { 410, 261 })]
    public void A_space_symbol_in_the_text_counts_as_libsentencepiece_counts_it(string text, int[] ids) => StoriesTokenizer().Encode(text).ShouldBe(ids);

    [Fact]
    public void A_space_symbol_at_the_end_stays_where_spaces_are_kept_or_are_not_escaped()
    {
        // Normalizer: 3 is add_dummy_prefix, 4 remove_extra_whitespaces, 5 escape_whitespaces.
        Proto Letters(params (int, ulong)[] normalizer) =>
            new Proto { Trainer = [(3, 2UL)], Normalizer = [(3, 0UL), .. normalizer] }.Piece("<unk>", 0, 2).Piece("▁", -1).Piece("a", -1).Piece(" ", -1);
        Tokenizer(Letters((4, 0UL))).Encode("a▁").ShouldBe([2, 1]);
        Tokenizer(Letters((5, 0UL))).Encode("a▁ ").ShouldBe([2, 1]);
        Tokenizer(Letters()).Encode("a▁ ").ShouldBe([2]);
    }

    /// <summary>Sequences that no text encodes to, as a model may generate them; texts from libsentencepiece 0.1.97.</summary>
    [SharedDataFact]
    public void Odd_sequences_decode_as_in_libsentencepiece()
    {
        var tokenizer = StoriesTokenizer();
        tokenizer.Decode([1, 403, 2, 407]).ShouldBe("Once upon");
        tokenizer.Decode([0]).ShouldBe(@" \342\201\207 ");
        tokenizer.Decode([230, 132]).ShouldBe("\ufffd\ufffd");
        tokenizer.Decode([243, 162, 403]).ShouldBe("\ufffd\ufffd Once");
        tokenizer.Decode([403, 410]).ShouldBe("Once ");
        tokenizer.Decode([259, 259, 403]).ShouldBe("t t Once");
        tokenizer.Decode([1, 410, 410, 403]).ShouldBe("Once");
        tokenizer.Decode([68, 410]).ShouldBe("A ");
    }

    [SharedDataFact]
    public void A_lone_surrogate_is_encoded_as_the_replacement_character()
    {
        var tokenizer = StoriesTokenizer();
        tokenizer.Encode("\ud83d").ShouldBe([410, 242, 194, 192]);
        tokenizer.Encode("\ud83d").ShouldBe(tokenizer.Encode("\ufffd"));
    }

    [SharedDataFact]
    public void A_long_text_without_spaces_comes_back()
    {
        var tokenizer = SentencePieceTokenizer.Load(SharedData.Require(RealModel));
        var text = string.Concat(Enumerable.Repeat("abcabd", 50_000));
        tokenizer.Decode(tokenizer.Encode(text)).ShouldBe(text);
    }

    [SharedDataFact]
    public void An_id_outside_the_vocabulary_is_refused()
    {
        var tokenizer = StoriesTokenizer();
        Should.Throw<ArgumentOutOfRangeException>(() => tokenizer.Decode([512]));
        Should.Throw<ArgumentOutOfRangeException>(() => tokenizer.Decode([-1]));
    }

    [SharedDataFact]
    public void A_model_cut_off_anywhere_is_refused_or_lacks_its_end_only()
    {
        var bytes = File.ReadAllBytes(SharedData.Require("reference/stories260K/tok512.model"));
        for (var length = 0; length < bytes.Length - 60; length += 13) // the last 60 bytes hold trainer and normalizer
        {
            var cut = bytes[..length];
            var error = Should.Throw<InputException>(() => SentencePieceTokenizer.Parse(cut, "cut.model"));
            error.Message.ShouldStartWith("cut.model: ");
        }
    }

    [SharedDataFact]
    public void A_damaged_model_is_refused_or_still_encodes_but_never_faults()
    {
        var bytes = File.ReadAllBytes(SharedData.Require("reference/stories260K/tok512.model"));
        var random = new SeededRandom(3);
        var refused = 0;
        for (var round = 0; round < 2_000; round++)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[random.NextInt(damaged.Length)] ^= (byte)(1 + random.NextInt(255));
            try
            {
                SentencePieceTokenizer.Parse(damaged, "damaged.model").Encode("Once upon a time");
            }
            catch (InputException)
            {
                refused++;
            }
        }

        refused.ShouldBeGreaterThan(500);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Should.Throw<InputException>(() => SentencePieceTokenizer.Load("/nowhere/tokenizer.model")).Message.ShouldContain("/nowhere/tokenizer.model");

    // ---- models made by hand ----

    [Fact]
    public void Merges_take_the_best_score_first_and_the_leftmost_among_equals()
    {
        var tokenizer = Tokenizer(new Proto { Trainer = [(3, 2UL)], Normalizer = [(3, 0UL)] }
            .Piece("<unk>", 0, 2).Piece("a", -9).Piece("b", -9).Piece("ab", -1).Piece("bb", -1).Piece("aab", -3).Piece("ba", -0.5f));
        Pieces(tokenizer, "abb").ShouldBe(["ab", "b"]);  // ab and bb tie: leftmost
        Pieces(tokenizer, "aab").ShouldBe(["aab"]);
        Pieces(tokenizer, "aba").ShouldBe(["a", "ba"]);  // ba beats ab
    }

    [Fact]
    public void Without_byte_fallback_a_run_of_unknown_characters_is_one_unknown_piece()
    {
        var tokenizer = Tokenizer(new Proto { Trainer = [(3, 2UL)], Normalizer = [(3, 0UL)] }.Piece("<unk>", 0, 2).Piece("a", -1));
        tokenizer.Encode("a??!a?").ShouldBe([1, 0, 1, 0]);
        tokenizer.Decode([1, 0, 1]).ShouldBe("a \u2047 a");
    }

    [Fact]
    public void A_user_defined_piece_is_never_split_or_merged()
    {
        var tokenizer = Tokenizer(new Proto { Trainer = [(3, 2UL)], Normalizer = [(3, 0UL)] }
            .Piece("<unk>", 0, 2).Piece("[A]", 0, 4).Piece("[", -1).Piece("A", -1).Piece("x", -1).Piece("x[A]", -0.1f).Piece("[AA", -5).Piece("[A", -4));
        Pieces(tokenizer, "x[A][A").ShouldBe(["x", "[A]", "[A"]);
    }

    [Fact]
    public void Without_a_dummy_prefix_leading_spaces_are_kept()
    {
        var tokenizer = Tokenizer(new Proto { Trainer = [(3, 2UL)], Normalizer = [(3, 0UL), (4, 0UL)] }.Piece("<unk>", 0, 2).Piece("▁", -1).Piece("a", -1));
        tokenizer.Encode(" a").ShouldBe([1, 2]);
        tokenizer.Decode([1, 2]).ShouldBe(" a");
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "unigram", "model type 1" },
        { "map", "nmt_nfkc" },
        { "suffix", "treat_whitespace_as_suffix" },
        { "twice", "twice" },
        { "unused", "type 5" },
        { "no unknown", "unknown piece" },
        { "bytes missing", "byte_fallback" },
        { "bad byte", "<0xZZ>" },
        { "empty", "no pieces" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_would_be_tokenized_wrongly_is_refused(string scenario, string message)
    {
        Proto Bpe() => new Proto { Trainer = [(3, 2UL)] }.Piece("<unk>", 0, 2);
        var proto = scenario switch
        {
            "unigram" => new Proto { Trainer = [(3, 1UL)] }.Piece("<unk>", 0, 2),
            "map" => Bpe().With(normalizerMap: [1, 2, 3]),
            "suffix" => Bpe().With(trainer: (24, 1UL)),
            "twice" => Bpe().Piece("a", 0).Piece("a", 0),
            "unused" => Bpe().Piece("a", 0, 5),
            "no unknown" => new Proto { Trainer = [(3, 2UL)] }.Piece("a", 0),
            "bytes missing" => Bpe().Piece("<0x00>", 0, 6).With(trainer: (35, 1UL)),
            "bad byte" => WithBadByte(Bpe()),
            _ => new Proto { Trainer = [(3, 2UL)] },
        };
        var error = Should.Throw<InputException>(() => Tokenizer(proto));
        error.Message.ShouldStartWith("made.model: ");
        error.Message.ShouldContain(message);
    }

    private static Proto WithBadByte(Proto proto)
    {
        proto.With(trainer: (35, 1UL)).Piece("<0xZZ>", 0, 6);
        foreach (var value in Enumerable.Range(1, 255))
        {
            proto.Piece($"<0x{value:X2}>", 0, 6);
        }

        return proto;
    }

    private static SentencePieceTokenizer StoriesTokenizer() => SentencePieceTokenizer.Load(SharedData.Require("reference/stories260K/tok512.model"));

    private static SentencePieceTokenizer Tokenizer(Proto proto) => SentencePieceTokenizer.Parse(proto.Bytes(), "made.model");

    private static string[] Pieces(SentencePieceTokenizer tokenizer, string text) => [.. tokenizer.Encode(text).Select(tokenizer.PieceOf)];

    /// <summary>Writes the few protobuf messages of a SentencePiece model.</summary>
    private sealed class Proto
    {
        private readonly List<byte[]> _pieces = [];
        private byte[] _map = [];

        public List<(int Field, ulong Value)> Trainer { get; init; } = [];

        public List<(int Field, ulong Value)> Normalizer { get; init; } = [];

        public Proto Piece(string text, float score, int kind = 1)
        {
            _pieces.Add([.. Chunk(1, Encoding.UTF8.GetBytes(text)), (2 << 3) | 5, .. BitConverter.GetBytes(score), 3 << 3, (byte)kind]);
            return this;
        }

        public Proto With((int Field, ulong Value)? trainer = null, byte[]? normalizerMap = null)
        {
            Trainer.AddRange(trainer is { } field ? [field] : []);
            _map = normalizerMap ?? _map;
            return this;
        }

        public byte[] Bytes() =>
        [
            .. _pieces.SelectMany(piece => Chunk(1, piece)),
            .. Chunk(2, [.. Trainer.SelectMany(Number)]),
            .. Chunk(3, [.. Normalizer.SelectMany(Number), .. Chunk(2, _map)]),
        ];

        private static byte[] Number((int Field, ulong Value) number) => [.. Varint((ulong)number.Field << 3), .. Varint(number.Value)];

        private static byte[] Chunk(int field, byte[] body) => [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)body.Length), .. body];

        private static IEnumerable<byte> Varint(ulong value)
        {
            for (; value >= 0x80; value >>= 7)
            {
                yield return (byte)(value | 0x80);
            }

            yield return (byte)value;
        }
    }
}

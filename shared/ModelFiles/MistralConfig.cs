using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ZiGong.Contracts;

namespace ZiGong.ModelFiles;

/// <summary>Sizes and constants of a Mistral model, as in a Hugging Face <c>config.json</c>.</summary>
public sealed record MistralConfig
{
    public required int VocabSize { get; init; }

    public required int HiddenSize { get; init; }

    /// <summary>Width of the SwiGLU layer.</summary>
    public required int IntermediateSize { get; init; }

    public required int Layers { get; init; }

    /// <summary>Query heads; a multiple of <see cref="KvHeads"/>.</summary>
    public required int Heads { get; init; }

    public required int KvHeads { get; init; }

    /// <summary>Width of one head; even, because RoPE turns pairs.</summary>
    public required int HeadDim { get; init; }

    public double RmsNormEps { get; init; } = 1e-5;

    public double RopeTheta { get; init; } = 10_000;

    /// <summary>A token sees itself and the <c>SlidingWindow - 1</c> tokens before it; null: all before it.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>The output head is the embedding.</summary>
    public bool TieWordEmbeddings { get; init; }

    public int MaxPositions { get; init; } = 32_768;

    /// <summary>Standard deviation of the seeded normal initialisation.</summary>
    public double InitializerRange { get; init; } = 0.02;

    public int BosTokenId { get; init; } = 1;

    public int EosTokenId { get; init; } = 2;

    /// <summary>Query heads that share one key and value head.</summary>
    public int QueriesPerKv => Heads / KvHeads;

    /// <summary>About one million parameters: for CPU runs, the demo and the agent.</summary>
    public static MistralConfig Nano(int vocab) => new()
    {
        VocabSize = vocab,
        HiddenSize = 128,
        IntermediateSize = 352,
        Layers = 4,
        Heads = 4,
        KvHeads = 2,
        HeadDim = 32,
        MaxPositions = 1024,
    };

    /// <summary>Reads a Hugging Face <c>config.json</c>; absent fields take the defaults of transformers' MistralConfig.</summary>
    /// <param name="json">The text of the file.</param>
    /// <param name="where">The file's path, for messages.</param>
    /// <exception cref="InputException">Not JSON, a field missing or out of range, or an architecture that this model does not compute.</exception>
    public static MistralConfig FromJson(string json, string where)
    {
        var fields = new ConfigFields(json, where);
        fields.Refuse("model_type", "mistral");
        fields.Refuse("hidden_act", "silu");
        fields.Refuse("attention_bias", false);
        fields.Refuse("mlp_bias", false);
        fields.Refuse("quantization_config", null);
        var heads = fields.Positive("num_attention_heads");
        var hidden = fields.Positive("hidden_size");
        var config = new MistralConfig
        {
            VocabSize = fields.Positive("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = fields.Positive("intermediate_size"),
            Layers = fields.Positive("num_hidden_layers"),
            Heads = heads,
            // As in transformers, null is told from absent.
            KvHeads = fields.Has("num_key_value_heads") ? fields.PositiveOrNull("num_key_value_heads") ?? heads : 8,
            HeadDim = fields.PositiveOrNull("head_dim") ?? Math.Max(1, hidden / heads),
            RmsNormEps = fields.Number("rms_norm_eps", 1e-6),
            RopeTheta = fields.RopeTheta(10_000),
            SlidingWindow = fields.Has("sliding_window") ? fields.PositiveOrNull("sliding_window") : 4096,
            TieWordEmbeddings = fields.Flag("tie_word_embeddings"),
            MaxPositions = fields.Positive("max_position_embeddings", 131_072),
            InitializerRange = fields.Number("initializer_range", 0.02),
            BosTokenId = fields.TokenId("bos_token_id", 1),
            EosTokenId = fields.TokenId("eos_token_id", 2),
        };
        config.Check(where);
        return config;
    }

    /// <summary>The <c>config.json</c> that Hugging Face transformers reads.</summary>
    /// <param name="dtype">The type of the stored weights: float32, bfloat16 …</param>
    public string ToJson(string dtype = "float32")
    {
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray("MistralForCausalLM"),
            ["attention_dropout"] = 0.0,
            ["bos_token_id"] = BosTokenId,
            ["eos_token_id"] = EosTokenId,
            ["head_dim"] = HeadDim,
            ["hidden_act"] = "silu",
            ["hidden_size"] = HiddenSize,
            ["initializer_range"] = InitializerRange,
            ["intermediate_size"] = IntermediateSize,
            ["max_position_embeddings"] = MaxPositions,
            ["model_type"] = "mistral",
            ["num_attention_heads"] = Heads,
            ["num_hidden_layers"] = Layers,
            ["num_key_value_heads"] = KvHeads,
            ["rms_norm_eps"] = RmsNormEps,
            ["rope_theta"] = RopeTheta,
            ["sliding_window"] = SlidingWindow,
            ["tie_word_embeddings"] = TieWordEmbeddings,
            ["torch_dtype"] = dtype,
            ["vocab_size"] = VocabSize,
        };
        return json.ToJsonString(IndentedJson) + "\n";
    }

    public static readonly JsonSerializerOptions IndentedJson = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <exception cref="InputException">Two sizes contradict each other.</exception>
    public void Check(string where)
    {
        if (Heads % KvHeads != 0)
        {
            throw new InputException($"{where}: num_attention_heads is {Heads}, not a multiple of num_key_value_heads, {KvHeads}.");
        }

        if (HeadDim % 2 != 0)
        {
            throw new InputException($"{where}: head_dim is {HeadDim}; rotary positions need an even width.");
        }
    }

    /// <exception cref="InputException">The sequence is longer than the model's positions.</exception>
    public void CheckLength(long tokens)
    {
        if (tokens > MaxPositions)
        {
            throw new InputException($"a sequence of {tokens} tokens, but the model has {MaxPositions} positions; shorten the prompt.");
        }
    }
}

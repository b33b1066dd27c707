using System.Text.Json;
using System.Text.Json.Serialization;

namespace ZiGong.Influence.Fidelity;

/// <summary>
/// What a fidelity run works on: all that its pieces and its figures need beside the run's options. Samples are what a model is shown of them; neither
/// fields nor subjects nor what names a row are in it.
/// </summary>
/// <param name="Encoding">Hash of the encoding that the prompts are made with.</param>
/// <param name="Positive">The answer that stands for the bad outcome.</param>
/// <param name="Endings">Allowed answer to the tokens that follow a prompt, in the descriptor's order.</param>
/// <param name="Measures">What to measure, each once, in order.</param>
/// <param name="Periods">Of the agent.</param>
/// <param name="AsOf">T in periods.</param>
/// <param name="Training">In the order of the ids.</param>
/// <param name="References">In the order of the ids.</param>
public sealed record FidelityPlan(
    string Dataset,
    string Encoding,
    string Positive,
    IReadOnlyList<AnswerTokens> Endings,
    IReadOnlyList<FidelityMeasure> Measures,
    FidelitySettings Settings,
    IReadOnlyList<PlannedPeriod> Periods,
    double AsOf,
    bool DecayIdentified,
    IReadOnlyList<PlannedSample> Training,
    IReadOnlyList<PlannedSample> References)
{
    private static readonly JsonSerializerOptions Format = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Equal plans give equal bytes.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, Format);

    /// <exception cref="JsonException">It is no plan.</exception>
    public static FidelityPlan FromJson(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<FidelityPlan>(json, Format) ?? throw new JsonException("a fidelity plan is null");

    public bool AsksFor(params FidelityMeasure[] any) => Measures.Intersect(any).Any();

    /// <summary>The recorded answers of the training samples.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Answers => [.. Training.Select(s => s.Answer)];

    /// <summary>Prompt and answer in one sequence.</summary>
    public int[] TokensOf(PlannedSample sample, string answer) => [.. sample.Prompt, .. Endings.First(e => e.Answer == answer).Tokens];
}

/// <summary>An answer as tokens, with its end of sequence.</summary>
public sealed record AnswerTokens(string Answer, IReadOnlyList<int> Tokens);

/// <summary>A stretch of the agent's training.</summary>
/// <param name="Time">t_i of the checkpoint that ends it, in periods.</param>
/// <param name="Samples">Training samples in it.</param>
public sealed record PlannedPeriod(double Time, int Samples);

/// <summary>A sample as a model is shown it.</summary>
/// <param name="Id">32 hex digits.</param>
/// <param name="Answer">The recorded one.</param>
/// <param name="Prompt">Tokens.</param>
/// <param name="Period">Of the agent, from 0; 0 for reference samples.</param>
/// <param name="Months">When it was observed, in periods; null where decay is not identified, and for reference samples.</param>
public sealed record PlannedSample(string Id, string Answer, IReadOnlyList<int> Prompt, int Period, double? Months);

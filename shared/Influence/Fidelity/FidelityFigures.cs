using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using ZiGong.Contracts;

namespace ZiGong.Influence.Fidelity;

/// <summary>From the outcomes of all pieces to what a fidelity run found; pure.</summary>
public sealed class FidelityFigures
{
    private static readonly JsonSerializerOptions Format = new() { NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals };
    private readonly FidelityPlan _plan;
    private readonly RunOptions _options;
    private readonly Func<string, IReadOnlyList<byte[]>> _outcomes;
    private readonly IReadOnlyList<string> _answers;
    private readonly IReadOnlyList<InfluenceArm> _arms;
    private readonly InfluenceMatrix _matrix;
    private IReadOnlyDictionary<string, string> _rules = new Dictionary<string, string>();

    private FidelityFigures(FidelityPlan plan, RunOptions options, Func<string, IReadOnlyList<byte[]>> outcomes)
    {
        (_plan, _options, _outcomes) = (plan, options, outcomes);
        _answers = plan.Answers;
        _arms = FidelityPieces.ArmsOf(plan, options);
        _matrix = new InfluenceMatrix(
            [.. plan.Training.Select(s => s.Id)], [.. plan.Training.Select(s => s.Months)], [.. plan.References.Select(s => s.Answer)], plan.AsOf);
    }

    /// <param name="outcomes">
    /// Name of a group of pieces to what they came to, in their order: <see cref="ProductsFile"/>, or losses by reference sample.
    /// </param>
    /// <returns>Without how many pieces were found: who asks for figures again knows nothing of that.</returns>
    public static FidelityResult Of(FidelityPlan plan, RunOptions options, Func<string, IReadOnlyList<byte[]>> outcomes) =>
        new FidelityFigures(plan, options, outcomes).Result();

    public static byte[] Write(FidelityResult result) => JsonSerializer.SerializeToUtf8Bytes(result, Format);

    /// <exception cref="JsonException">It is no result.</exception>
    public static FidelityResult Read(ReadOnlySpan<byte> json) =>
        JsonSerializer.Deserialize<FidelityResult>(json, Format) ?? throw new JsonException("a fidelity result is null");

    private FidelityResult Result()
    {
        var settings = _plan.Settings;
        var agents = _plan.AsksFor(FidelityMeasure.Lds, FidelityMeasure.Loo, FidelityMeasure.Stability) ? Agents() : [];
        var lds = _plan.AsksFor(FidelityMeasure.Lds) ? Lds(agents) : null;
        var loo = _plan.AsksFor(FidelityMeasure.Loo) ? LeaveOneOut(agents) : null;
        var flips = _plan.AsksFor(FidelityMeasure.Flips) ? Flips() : null;
        var sketch = _plan.AsksFor(FidelityMeasure.Sketch) ? Sketch() : null;
        var stability = _plan.AsksFor(FidelityMeasure.Stability) && settings.Seeds > 1 ? Measures.Stability(agents) : null;
        return new FidelityResult(
            _plan.Dataset, _plan.Training.Count, _plan.References.Count, _answers.Count(a => a == _plan.Positive), _plan.Periods.Count, _plan.DecayIdentified,
            settings, _rules, lds, loo, flips, sketch, stability, Trained: 0, Found: 0);
    }

    /// <summary>[agent][arm]</summary>
    private IReadOnlyList<IReadOnlyList<ArmScores>> Agents() =>
        Ruled([.. Products(FidelityPieces.Agents).Select((p, i) => ArmScores.All(_arms, _matrix, p, _answers, (ulong)i + 1))]);

    private IReadOnlyList<IReadOnlyList<ArmScores>> Ruled(IReadOnlyList<IReadOnlyList<ArmScores>> agents)
    {
        _rules = agents[0].ToDictionary(a => a.Name, a => a.Rule, StringComparer.Ordinal);
        return agents;
    }

    private LdsFigures Lds(IReadOnlyList<IReadOnlyList<ArmScores>> agents)
    {
        int[][] subsets = [.. Enumerable.Range(0, _plan.Settings.Subsets).Select(s => FidelityPieces.Half(_plan, _options, s))];
        return Measures.Lds(agents, _matrix, subsets, Losses(FidelityPieces.Subsets, subsets.Length), _plan.Settings);
    }

    private LeaveOneOutFigures LeaveOneOut(IReadOnlyList<IReadOnlyList<ArmScores>> agents)
    {
        var places = FidelityPieces.LeftOutPlaces(_plan, _options);
        var losses = Losses(FidelityPieces.LeftOut, places.Length + 1);
        return Measures.LeaveOneOut(agents, _matrix, places, [.. losses.Select(l => l[0])], [.. losses.Select(l => l[1..])], _plan.Settings);
    }

    private FlipFindings Flips()
    {
        var settings = _plan.Settings;
        string[][] recorded = [.. Enumerable.Range(0, settings.Seeds).Select(seed => FidelityPieces.Flip(_plan, _options, seed))];
        var products = Products(FidelityPieces.FlippedAgents);
        var scores = Ruled([.. products.Take(settings.Seeds).Select((p, i) => ArmScores.All(_arms, _matrix, p, recorded[i], (ulong)i + 1))]);
        FlipRanking Rank(int seed, double[] of) => new(of, recorded[seed], [.. recorded[seed].Select((a, i) => a != _answers[i])], settings.Inspected);
        return new FlipFindings(
            recorded[0].Where((a, i) => a != _answers[i]).Count(),
            Measures.Flips(
                [
                    .. scores[0].Select((arm, a) => (arm.Name, (IReadOnlyList<FlipRanking>)[.. scores.Select((s, seed) => Rank(seed, s[a].Group))])),
                    ("oracle", [.. products.Skip(settings.Seeds).Select((p, seed) => Rank(seed, [.. p[^1].Losses.Select(l => -l)]))]),
                ],
                _answers.Count, settings.Resamples));
    }

    private IReadOnlyList<SketchFigures> Sketch() => Measures.Sketch(_arms[0], _matrix, Products(FidelityPieces.Sketches)[0], FidelityPieces.Widths);

    private IReadOnlyList<IReadOnlyList<CheckpointProducts>> Products(string group) => [.. _outcomes(group).Select(ProductsFile.Read)];

    /// <summary>[seed][training][reference]</summary>
    private double[][][] Losses(string group, int ofSeed) =>
        [.. _outcomes(group).Select(bytes => MemoryMarshal.Cast<byte, double>(bytes).ToArray()).Chunk(ofSeed)];
}

using System.Text.Json.Serialization;
using ZiGong.Contracts;

namespace ZiGong.Influence.Fidelity;

/// <summary>A piece of work of a fidelity run; its outcome follows from it, the plan and the run's options.</summary>
/// <param name="Seed">Of LoRA start and order of the samples.</param>
public abstract record FidelityPiece(ulong Seed);

/// <summary>
/// An agent trained as in a run, and at each of its checkpoints the losses of all training samples and the products of their gradients with all
/// reference gradients.
/// </summary>
/// <param name="Learned">The answers that the agent is trained on, by training sample.</param>
/// <param name="Scored">The answers whose gradients and losses are asked for.</param>
/// <param name="Spaces">Empty: losses alone.</param>
public sealed record AgentPiece(ulong Seed, IReadOnlyList<string> Learned, IReadOnlyList<string> Scored, IReadOnlyList<GradientSpace> Spaces)
    : FidelityPiece(Seed);

/// <summary>A training on some of the samples, and the loss of every reference sample after it.</summary>
public sealed record SubsetPiece(ulong Seed, IReadOnlyList<PieceMember> Members) : FidelityPiece(Seed);

/// <summary>A training sample of a subset.</summary>
/// <param name="Place">Among the plan's training samples.</param>
/// <param name="Weight">0 leaves it out in place: batches and step sizes stay as they are.</param>
public sealed record PieceMember(int Place, double Weight);

/// <summary>Pieces of one sort.</summary>
/// <param name="Name">As units begin; see <see cref="Contracts.Units.Piece"/>.</param>
public sealed record PieceGroup(string Name, int Count)
{
    /// <summary>The name for people.</summary>
    [JsonIgnore]
    public string Title => Name.Replace('-', ' ');

    [JsonIgnore]
    public IEnumerable<string> Units => Enumerable.Range(0, Count).Select(i => Contracts.Units.Piece(Name, i));
}

/// <summary>Which pieces a plan has. Pure, so that whoever works on one needs its name alone.</summary>
public static class FidelityPieces
{
    /// <summary>One agent a seed.</summary>
    public const string Agents = "agents";

    /// <summary>Trainings on half the samples: seed by seed, subset by subset.</summary>
    public const string Subsets = "subsets";

    /// <summary>Trainings without a sample: seed by seed, the first of each with all samples.</summary>
    public const string LeftOut = "left-out";

    /// <summary>Agents of flipped labels, one a seed, then as many that learned the true ones.</summary>
    public const string FlippedAgents = "flipped-agents";

    /// <summary>One agent with products of sketches of all widths.</summary>
    public const string Sketches = "sketches";

    /// <summary>Widths of sketches that are compared with exact gradients.</summary>
    public static IReadOnlyList<int> Widths { get; } = [1024, 4096, 16384];

    /// <summary>In the order in which they are worked on; none is empty.</summary>
    public static IReadOnlyList<PieceGroup> GroupsOf(FidelityPlan plan)
    {
        var seeds = plan.Settings.Seeds;
        PieceGroup[] groups =
        [
            new(Agents, plan.AsksFor(FidelityMeasure.Lds, FidelityMeasure.Loo, FidelityMeasure.Stability) ? seeds : 0),
            new(Subsets, plan.AsksFor(FidelityMeasure.Lds) ? seeds * plan.Settings.Subsets : 0),
            new(LeftOut, plan.AsksFor(FidelityMeasure.Loo) ? seeds * (1 + Math.Min(plan.Settings.LeftOut, plan.Training.Count)) : 0),
            new(FlippedAgents, plan.AsksFor(FidelityMeasure.Flips) ? 2 * seeds : 0),
            new(Sketches, plan.AsksFor(FidelityMeasure.Sketch) ? 1 : 0),
        ];
        return [.. groups.Where(g => g.Count > 0)];
    }

    /// <param name="unit">A name as <see cref="Units.Piece"/> makes it.</param>
    /// <exception cref="ArgumentException">The plan has no such piece.</exception>
    public static FidelityPiece Of(FidelityPlan plan, RunOptions options, string unit)
    {
        var group = GroupsOf(plan).FirstOrDefault(g => g.Units.Contains(unit, StringComparer.Ordinal))
            ?? throw new ArgumentException($"the plan has no piece {unit}", nameof(unit));
        var index = group.Units.ToList().IndexOf(unit);
        var (answers, spaces) = (plan.Answers, Arms.Spaces(ArmsOf(plan, options)));
        return group.Name switch
        {
            Agents => new AgentPiece((ulong)index + 1, answers, answers, spaces),
            Subsets => SubsetOf(index / plan.Settings.Subsets, Half(plan, options, index % plan.Settings.Subsets), _ => 1),
            LeftOut => LeftOutOf(plan, options, index),
            FlippedAgents => FlippedOf(plan, options, index, spaces),
            _ => new AgentPiece(1, answers, answers, [new(SpaceKind.Exact), .. Widths.Select(w => new GradientSpace(SpaceKind.Sketch, w))]),
        };
    }

    public static IReadOnlyList<InfluenceArm> ArmsOf(FidelityPlan plan, RunOptions options) =>
        Arms.Of(options.TracSeq, options.Gradients.Width, plan.DecayIdentified);

    /// <summary>Half of the samples, drawn by the hash of subset and id: their places.</summary>
    public static int[] Half(FidelityPlan plan, RunOptions options, int subset) =>
        [.. ByHash(plan, options, $"subset {subset}").Take(plan.Training.Count / 2).Order()];

    /// <summary>Places of the samples that are left out, one at a time.</summary>
    public static int[] LeftOutPlaces(FidelityPlan plan, RunOptions options) => [.. ByHash(plan, options, "left out").Take(plan.Settings.LeftOut).Order()];

    /// <summary>The answers with a share of each class turned into the next allowed answer; at least one.</summary>
    /// <param name="seed">From 0.</param>
    public static string[] Flip(FidelityPlan plan, RunOptions options, int seed)
    {
        var allowed = plan.Endings.Select(e => e.Answer).ToList();
        var answers = plan.Answers.ToArray();
        foreach (var members in ByHash(plan, options, $"flip {seed + 1}").GroupBy(i => plan.Training[i].Answer, StringComparer.Ordinal))
        {
            var all = members.ToList();
            foreach (var i in all.Take(Math.Max(1, (int)Math.Round(plan.Settings.Flips * all.Count))))
            {
                answers[i] = allowed[(allowed.IndexOf(answers[i]) + 1) % allowed.Count];
            }
        }

        return answers;
    }

    private static AgentPiece FlippedOf(FidelityPlan plan, RunOptions options, int index, IReadOnlyList<GradientSpace> spaces)
    {
        var seed = index % plan.Settings.Seeds;
        var flipped = Flip(plan, options, seed);
        return index < plan.Settings.Seeds
            ? new AgentPiece((ulong)seed + 1, flipped, flipped, spaces)
            : new AgentPiece((ulong)seed + 1, plan.Answers, flipped, []);
    }

    private static SubsetPiece LeftOutOf(FidelityPlan plan, RunOptions options, int index)
    {
        var places = LeftOutPlaces(plan, options);
        var (seed, nth) = (index / (places.Length + 1), index % (places.Length + 1));
        var left = nth == 0 ? -1 : places[nth - 1];
        return SubsetOf(seed, Enumerable.Range(0, plan.Training.Count), i => i == left ? 0 : 1);
    }

    private static SubsetPiece SubsetOf(int seed, IEnumerable<int> places, Func<int, double> weight) =>
        new((ulong)seed + 1, [.. places.Select(i => new PieceMember(i, weight(i)))]);

    private static IEnumerable<int> ByHash(FidelityPlan plan, RunOptions options, string purpose) => Enumerable.Range(0, plan.Training.Count)
        .OrderBy(i => SeededRandom.Derive((ulong)options.Seed, purpose, plan.Training[i].Id)).ThenBy(i => i);
}

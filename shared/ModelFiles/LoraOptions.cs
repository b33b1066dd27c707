namespace ZiGong.ModelFiles;

/// <summary>Which projections get an adapter, and how large.</summary>
/// <param name="Rank">r</param>
/// <param name="Alpha">α; the update is scaled by α / r.</param>
/// <param name="Targets">Names of projections; null: <c>q_proj, k_proj, v_proj</c>.</param>
public sealed record LoraOptions(int Rank = 8, double Alpha = 16, IReadOnlyList<string>? Targets = null)
{
    /// <summary>All projections of a layer in canonical order.</summary>
    public static IReadOnlyList<string> AllTargets { get; } = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"];

    public IReadOnlyList<string> Targets { get; init; } = Targets ?? ["q_proj", "k_proj", "v_proj"];

    public double Scale => Alpha / Rank;
}

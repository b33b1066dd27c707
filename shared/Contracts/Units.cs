namespace ZiGong.Contracts;

/// <summary>The stages of runs, in order; the names are part of the database.</summary>
public enum Stage
{
    Snapshot,
    Agent,
    Gradients,
    Reference,
    Partials,
    Scores,
    Selection,
    Dataset,
    Tuning,
    Evaluation,
    Model,
    Pieces,
    Fidelity,
}

/// <summary>How units of work are named.</summary>
public static class Units
{
    public static string Slice(int slice) => $"slice-{slice:D4}";

    /// <summary>A piece of a fidelity run: the nth of its group.</summary>
    public static string Piece(string group, int index) => $"{group}-{index:D5}";

    public static string Pair(string checkpoint, string shard) => $"{checkpoint}/{shard}";
}

namespace ZiGong.Credit.Evaluations;

/// <summary>What a gate said.</summary>
public enum GateVerdict
{
    Passed,
    Warned,
    Failed,

    /// <summary>There was nothing to check: no champion, no groups large enough, too few rows for an interval, no figure in an older report.</summary>
    Skipped,
}

/// <summary>One gate's verdict with the figures it rests on.</summary>
/// <param name="Gate">Its name; of a gate per field <c>gate:field</c>.</param>
/// <param name="Verdict">What it said.</param>
/// <param name="Figures">Figures and limits as a sentence.</param>
public sealed record GateResult(string Gate, GateVerdict Verdict, string Figures)
{
    /// <summary>Figures and limits as numbers by name; all finite.</summary>
    public IReadOnlyDictionary<string, double> Values { get; init; } = new Dictionary<string, double>();
}

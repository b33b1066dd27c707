using ZiGong.Contracts;
using ZiGong.Credit.Evaluations;
using ZiGong.Influence.Fidelity;
using ZiGong.Reports.Scores;

namespace ZiGong.Reports.Runs;

/// <summary>What a run came to.</summary>
/// <param name="Report">Null until the model is evaluated.</param>
/// <param name="Ready">The last event, if the model passed.</param>
/// <param name="Rejected">The last event, if it did not.</param>
/// <param name="Notes">What the stages had to say.</param>
/// <param name="Scored">The scores; null until there are any.</param>
public sealed record RunResult(
    RunView View, EvaluationReport? Report, ModelReady? Ready, ModelRejected? Rejected, IReadOnlyList<string> Notes, ScoredRun? Scored)
{
    /// <summary>What a fidelity run found; null before its end, and for every other kind.</summary>
    public FidelityResult? Fidelity { get; init; }

    /// <summary>The scores by recorded answer; empty until there are scores.</summary>
    public IReadOnlyList<ClassScores> Classes => Scored?.Classes ?? [];
}

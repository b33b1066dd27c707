using ZiGong.Contracts;

namespace ZiGong.Pipeline.Operations;

/// <summary>Which units of the stage that a replay begins with are done again.</summary>
public enum UnitChoice
{
    /// <summary>Every unit, whatever its key.</summary>
    All,

    /// <summary>Those that failed.</summary>
    Failed,

    /// <summary>Those that were never finished, and those whose stored result is lost or damaged.</summary>
    Missing,
}

/// <summary>What an operator asks for.</summary>
/// <param name="From">The first stage that is done again; what lies before it stays.</param>
/// <param name="Set">Changes of the form <c>Section:Name=value</c>; if one really changes something, a child run does the work.</param>
public sealed record ReplayRequest(Guid RunId, Stage From, UnitChoice Units, IReadOnlyList<string> Set);

/// <summary>What becomes of one stage's units.</summary>
/// <param name="Recompute">Units that are computed.</param>
/// <param name="Reused">Units whose stored result is found by its key.</param>
/// <param name="Kept">Finished units that are not touched at all.</param>
/// <param name="Open">Units that were never finished and are worked on as in any run.</param>
/// <param name="Why">The reason, for a person.</param>
public sealed record StagePlan(Stage Stage, int Recompute, int Reused, int Kept, int Open, string Why);

/// <summary>What a replay does, or has begun to do.</summary>
/// <param name="RunId">The run that does the work: the same or a child; null in the plan of a child that does not exist yet.</param>
/// <param name="SourceRun">The run that was asked about.</param>
/// <param name="Child">Options change, so that a run of its own does the work.</param>
/// <param name="Generation">The generation that the work belongs to.</param>
/// <param name="Stages">One entry per stage, in order.</param>
public sealed record ReplayPlan(Guid? RunId, Guid SourceRun, bool Child, int Generation, IReadOnlyList<StagePlan> Stages);

using ZiGong.Contracts;
using ZiGong.Influence.Fidelity;
using ZiGong.Pipeline;

namespace ZiGong.Training.Fidelity;

/// <summary>Keys of the outcomes of pieces: what shapes one, and nothing else. How long a slice of a run's training is does not.</summary>
public static class PieceKeys
{
    /// <param name="baseModel">Hash of the base's folder.</param>
    public static string Of(FidelityPlan plan, FidelityPiece piece, RunOptions options, string baseModel) => ContentHash.Of(piece switch
    {
        AgentPiece agent => ["fidelity agent", $"{CodeVersions.Pieces}", plan.Encoding, baseModel, .. AgentParts(plan, agent, options)],
        SubsetPiece subset => ["fidelity subset", $"{CodeVersions.Pieces}", plan.Encoding, .. SubsetParts(plan, subset, options, baseModel)],
        _ => throw new ArgumentException($"there is no key for a {piece.GetType().Name}", nameof(piece)),
    });

    private static IEnumerable<string> AgentParts(FidelityPlan plan, AgentPiece piece, RunOptions options)
    {
        var agent = options.Agent;
        return
        [
            $"{CodeVersions.Agent}", $"{piece.Seed}", $"{agent.LearningRate:R}", $"{agent.WarmupSteps}", $"{agent.BatchSize}", $"{agent.Epochs}",
            $"{agent.MinimumSteps}", $"{agent.ClipNorm:R}", .. plan.Periods.Select(p => $"{p.Time:R}"), $"{plan.DecayIdentified}",
            .. plan.Training.Select((s, i) => $"{s.Id} {s.Period} {piece.Learned[i]} {piece.Scored[i]}"),
            .. piece.Spaces.Count == 0
                ? Enumerable.Empty<string>()
                :
                [
                    "spaces", $"{CodeVersions.Gradients}", $"{options.Gradients.MicroBatch}", $"{options.TracSeq.Damping:R}",
                    .. piece.Spaces.Select(s => s.Name), .. plan.References.Select(s => s.Id),
                ],
        ];
    }

    private static IEnumerable<string> SubsetParts(FidelityPlan plan, SubsetPiece piece, RunOptions options, string baseModel) =>
    [
        .. new SubsetProtocol(baseModel, piece.Seed, plan.Settings.Steps, options.Tuning).KeyParts,
        .. piece.Members.Select(m => $"{plan.Training[m.Place].Id} {m.Weight:R}"), "of", .. plan.References.Select(s => s.Id),
    ];
}

using System.Runtime.InteropServices;
using ZiGong.Contracts;
using ZiGong.Influence.Fidelity;
using ZiGong.Models;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Results;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Training.Fidelity;

/// <summary>Pieces of fidelity runs. An equal one that was ever done is found by its key.</summary>
public sealed class PieceTraining(ArtifactStore artifacts, ModelStore models, BaseModels bases)
{
    /// <param name="unit">Its context.</param>
    /// <param name="name">Of the piece.</param>
    /// <param name="stopping">The host stops: the piece is let go of at once.</param>
    /// <exception cref="ArithmeticException">The training has diverged, or a gradient is not finite.</exception>
    public async Task<ResultWork> TrainAsync(UnitContext unit, string name, CancellationToken stopping, CancellationToken ct)
    {
        var work = RunPlan.Of(unit.Run) ?? throw new InvalidOperationException($"run {unit.Run.RunId} has no plan, so it has no piece {name}");
        var plan = await work.ReadAsync(artifacts, ct);
        var piece = FidelityPieces.Of(plan, unit.Options, name);
        var baseModel = await bases.RequireAsync("nano", plan.Encoding, unit.Options, ct);
        return new ResultWork<PieceSummary>(
            PieceKeys.Of(plan, piece, unit.Options, baseModel),
            CodeVersions.Pieces,
            async token =>
            {
                using var both = CancellationTokenSource.CreateLinkedTokenSource(token, stopping);
                var outcome = await OutcomeAsync(unit, plan, piece, baseModel, both.Token);
                return new Made<PieceSummary>(ResultKind.File, await artifacts.PutAsync(outcome, token), new PieceSummary(piece.GetType().Name));
            },
            _ => new Told(Outcome: null));
    }

    private async Task<byte[]> OutcomeAsync(UnitContext unit, FidelityPlan plan, FidelityPiece piece, string baseModel, CancellationToken ct)
    {
        if (piece is AgentPiece agent)
        {
            return await new AgentScoring(plan, agent, unit.Options, baseModel, models, artifacts).RunAsync(unit.Report, ct);
        }

        var members = ((SubsetPiece)piece).Members.Select(m => (Sample: plan.Training[m.Place], m.Weight));
        var losses = await SubsetTraining.LossesAsync(
            models, artifacts, new SubsetProtocol(baseModel, piece.Seed, plan.Settings.Steps, unit.Options.Tuning),
            [.. members.Select(m => new SubsetMember(m.Sample.Id, AgentScoring.ExampleOf(plan, m.Sample, m.Sample.Answer), m.Weight))],
            [.. plan.References.Select(s => AgentScoring.ExampleOf(plan, s, s.Answer))],
            ct);
        return MemoryMarshal.AsBytes(losses.AsSpan()).ToArray();
    }
}

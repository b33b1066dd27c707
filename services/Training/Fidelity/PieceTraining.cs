using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Influence.Fidelity;
using ZiGong.Models;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Training.Fidelity;

/// <summary>Pieces of fidelity runs. An equal one that was ever done is found by its key.</summary>
public sealed class PieceTraining(ArtifactStore artifacts, ModelStore models, BaseModels bases)
{
    /// <param name="unit">Its context.</param>
    /// <param name="name">Of the piece.</param>
    /// <exception cref="ArithmeticException">The training has diverged, or a gradient is not finite.</exception>
    public async Task<UnitResult> TrainAsync(UnitContext unit, string name, CancellationToken ct)
    {
        var work = RunPlan.Of(unit.Run) ?? throw new InvalidOperationException($"run {unit.Run.RunId} has no plan, so it has no piece {name}");
        var plan = await work.ReadAsync(artifacts, ct);
        var piece = FidelityPieces.Of(plan, unit.Options, name);
        var baseModel = await bases.RequireAsync("nano", plan.Encoding, unit.Options, ct);
        var key = PieceKeys.Of(plan, piece, unit.Options, baseModel);
        var stored = await FindAsync(unit, key, ct);
        if (!unit.Recompute && stored is not null)
        {
            return Result(unit, name, stored, reused: true);
        }

        var outcome = await OutcomeAsync(unit, plan, piece, baseModel, ct);
        var fresh = new FidelityOutcomeRow { OutcomeKey = key, Artifact = await artifacts.PutAsync(outcome, ct) };
        return Result(unit, name, FirstWins.Kept(unit, stored, fresh, r => r.Artifact), reused: false);
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

    private UnitResult Result(UnitContext unit, string name, FidelityOutcomeRow row, bool reused) => new(
        new PieceTrained(unit.Run.RunId, unit.Run.Generation, name),
        (db, ct) => reused ? Task.CompletedTask : SaveAsync(db, row, ct),
        [row.Artifact, row.OutcomeKey],
        reused);

    private async Task SaveAsync(PipelineDb db, FidelityOutcomeRow row, CancellationToken ct)
    {
        var there = await db.FidelityOutcomes.SingleOrDefaultAsync(r => r.OutcomeKey == row.OutcomeKey, ct);
        if (there is not null && !await FirstWins.ReplacesAsync(row.Artifact, there.Artifact, artifacts.VerifyAsync, ct))
        {
            return;
        }

        await db.FidelityOutcomes.Where(r => r.OutcomeKey == row.OutcomeKey).ExecuteDeleteAsync(ct);
        db.FidelityOutcomes.Add(row);
        await db.SaveChangesAsync(ct);
    }

    private async Task<FidelityOutcomeRow?> FindAsync(UnitContext unit, string key, CancellationToken ct)
    {
        var row = await unit.Db.FidelityOutcomes.SingleOrDefaultAsync(r => r.OutcomeKey == key, ct);
        return row is not null && await artifacts.IsWholeAsync(unit, row.Artifact, ct) ? row : null;
    }
}

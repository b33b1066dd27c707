using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Influence.Fidelity;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.TracSeqScoring.Fidelity;

/// <summary>The figures of a fidelity run, from the outcomes of its pieces; they end the run.</summary>
public sealed class FidelityMeasuring(ArtifactStore artifacts)
{
    public async Task<UnitResult> MeasureAsync(UnitContext unit, CancellationToken ct)
    {
        var run = unit.Run;
        var work = RunPlan.Of(run) ?? throw new InvalidOperationException($"run {run.RunId} has no plan, so there is nothing to measure");
        var plan = await work.ReadAsync(artifacts, ct);
        var outcomes = await OutcomesAsync(unit, work, ct);
        var result = FidelityFigures.Write(FidelityFigures.Of(plan, unit.Options, group => outcomes[group]));
        var artifact = await artifacts.PutAsync(result, ct);
        return new UnitResult(
            new FidelityMeasured(run.RunId, run.Generation, work.Count, artifact), (db, token) => RunEnds.CompleteAsync(db, run.RunId, token), [artifact]);
    }

    /// <summary>Group of pieces to what they came to; the units say where it lies.</summary>
    private async Task<Dictionary<string, IReadOnlyList<byte[]>>> OutcomesAsync(UnitContext unit, RunPlan work, CancellationToken ct)
    {
        var made = await unit.Db.WorkUnits
            .Where(u => u.RunId == unit.Run.RunId && u.Stage == nameof(Stage.Pieces) && u.State == UnitState.Done)
            .ToDictionaryAsync(u => u.Unit, u => u.Artifacts[0], StringComparer.Ordinal, ct);
        var outcomes = new Dictionary<string, IReadOnlyList<byte[]>>(StringComparer.Ordinal);
        foreach (var group in work.Groups)
        {
            var read = new List<byte[]>();
            foreach (var piece in group.Units)
            {
                var artifact = made.GetValueOrDefault(piece)
                    ?? throw new InvalidOperationException($"piece {piece} has no outcome: the figures were ordered too early");
                read.Add(await File.ReadAllBytesAsync(await artifacts.RequireAsync(artifact, ct), ct));
            }

            outcomes[group.Name] = read;
        }

        return outcomes;
    }
}

using ZiGong.Contracts;
using ZiGong.Influence.Fidelity;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Results;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.TracSeqScoring.Fidelity;

/// <summary>The figures of a fidelity run, from the outcomes of its pieces; they end the run.</summary>
public sealed class FidelityMeasuring(ArtifactStore artifacts)
{
    public async Task<ResultWork> MeasureAsync(UnitContext unit, CancellationToken ct)
    {
        var run = unit.Run;
        var work = RunPlan.Of(run) ?? throw new InvalidOperationException($"run {run.RunId} has no plan, so there is nothing to measure");
        var made = await unit.ResultsOfAsync<PieceSummary>(Stage.Pieces, [.. work.Pieces], ct);
        var keys = work.Pieces.Select(p => made[p].Key);
        return new ResultWork<FidelitySummary>(
            ContentHash.Of(["fidelity", $"{CodeVersions.Fidelity}", work.Artifact, RunOptionsReader.ForKeys(unit.Options), .. keys]),
            CodeVersions.Fidelity,
            async token =>
            {
                var plan = await work.ReadAsync(artifacts, token);
                var outcomes = await OutcomesAsync(work, made, token);
                var figures = FidelityFigures.Write(FidelityFigures.Of(plan, unit.Options, group => outcomes[group]));
                return new Made<FidelitySummary>(ResultKind.File, await artifacts.PutAsync(figures, token), new FidelitySummary(work.Count));
            },
            result => new Told(new FidelityMeasured(run.RunId, run.Generation, work.Count, result.Content))
            {
                Save = (db, token) => RunEnds.CompleteAsync(db, run.RunId, token),
            })
        {
            IsLookedUp = false,
        };
    }

    /// <summary>Group of pieces to what they came to.</summary>
    private async Task<Dictionary<string, IReadOnlyList<byte[]>>> OutcomesAsync(
        RunPlan work, IReadOnlyDictionary<string, Stored<PieceSummary>> made, CancellationToken ct)
    {
        var outcomes = new Dictionary<string, IReadOnlyList<byte[]>>(StringComparer.Ordinal);
        foreach (var group in work.Groups)
        {
            var read = new List<byte[]>();
            foreach (var piece in group.Units)
            {
                read.Add(await File.ReadAllBytesAsync(await artifacts.RequireAsync(made[piece].Content, ct), ct));
            }

            outcomes[group.Name] = read;
        }

        return outcomes;
    }
}

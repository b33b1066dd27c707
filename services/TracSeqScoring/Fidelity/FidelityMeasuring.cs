using System.Text.Json;
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
        var made = await unit.ResultsOfAsync<PieceSummary>(Stage.Pieces, [.. work.Pieces], ct);
        var outcomes = await OutcomesAsync(work, made, ct);
        var result = FidelityFigures.Write(FidelityFigures.Of(plan, unit.Options, group => outcomes[group]));
        var row = new ResultRow
        {
            Key = ContentHash.Of(
                ["fidelity", $"{CodeVersions.Pieces}", work.Artifact, RunOptionsReader.ForKeys(unit.Options), .. work.Pieces.Select(p => made[p].Key)]),
            Stage = nameof(Stage.Fidelity),
            Kind = ResultKind.File,
            Content = await artifacts.PutAsync(result, ct),
            Summary = JsonSerializer.Serialize(new FidelitySummary(work.Count)),
            Version = CodeVersions.Pieces,
        };
        return new UnitResult(
            new FidelityMeasured(run.RunId, run.Generation, work.Count, row.Content), (db, token) => RunEnds.CompleteAsync(db, run.RunId, token),
            new UnitProduct(row));
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

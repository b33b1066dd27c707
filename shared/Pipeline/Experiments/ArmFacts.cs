using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Splits;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Experiments;

/// <summary>A finished run of an arm: what it kept and what its model said.</summary>
/// <param name="Kept">Ids of the samples it was tuned on.</param>
/// <param name="Predictions">Its model's answers on the fold's test side, by rising id.</param>
/// <param name="Seconds">Time of its computing units.</param>
public sealed record ArmFacts(IReadOnlySet<Guid> Kept, IReadOnlyList<SamplePrediction> Predictions, double Seconds, int Reused, int Computed);

/// <summary>Reads them; arms that share a selection or an evaluation share what is read.</summary>
internal sealed class ArmReader(PipelineDb db, ArtifactStore artifacts)
{
    private readonly Dictionary<string, IReadOnlySet<Guid>> _selections = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyList<SamplePrediction>> _predictions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IReadOnlyDictionary<Guid, (string Answer, double? Months)>> _training = new(StringComparer.Ordinal);

    public async Task<ArmFacts> ReadAsync(Guid run, CancellationToken ct)
    {
        var units = await db.WorkUnits.Where(u => u.RunId == run && u.State == UnitState.Done)
            .Select(u => new { u.Stage, u.Reused, u.Result, u.StartedAt, u.FinishedAt })
            .ToListAsync(ct);
        var selection = units.Single(u => u.Stage == nameof(Stage.Selection)).Result!;
        var evaluation = units.Single(u => u.Stage == nameof(Stage.Evaluation)).Result!;
        return new ArmFacts(
            await KeptAsync(selection, ct),
            await PredictionsAsync(evaluation, ct),
            units.Where(u => !u.Reused && u is { StartedAt: not null, FinishedAt: not null }).Sum(u => (u.FinishedAt!.Value - u.StartedAt!.Value).TotalSeconds),
            units.Count(u => u.Reused),
            units.Count(u => !u.Reused));
    }

    /// <summary>Answer and time of a snapshot's training samples.</summary>
    public async Task<IReadOnlyDictionary<Guid, (string Answer, double? Months)>> TrainingAsync(string snapshot, CancellationToken ct)
    {
        if (!_training.TryGetValue(snapshot, out var training))
        {
            var rows = await db.SnapshotMembers.Where(m => m.SnapshotId == snapshot && m.Side == Side.Train)
                .Join(db.Samples, m => m.SampleId, s => s.SampleId, (_, s) => new { s.SampleId, s.Answer, s.ObservedAt })
                .ToListAsync(ct);
            _training[snapshot] = training = rows.ToDictionary(r => r.SampleId, r => (r.Answer, r.ObservedAt is { } at ? SplitTime.Months(at) : (double?)null));
        }

        return training;
    }

    private async Task<IReadOnlySet<Guid>> KeptAsync(string selection, CancellationToken ct)
    {
        if (!_selections.TryGetValue(selection, out var kept))
        {
            _selections[selection] =
                kept = (await db.SelectionMembers.Where(m => m.SelectionKey == selection).Select(m => m.SampleId).ToListAsync(ct)).ToHashSet();
        }

        return kept;
    }

    private async Task<IReadOnlyList<SamplePrediction>> PredictionsAsync(string evaluation, CancellationToken ct)
    {
        if (!_predictions.TryGetValue(evaluation, out var predictions))
        {
            var report = await db.Evaluations.Where(e => e.EvaluationKey == evaluation).Select(e => e.Report).SingleAsync(ct);
            var hash = JsonSerializer.Deserialize<EvaluationReport>(report)!.Lineage.Predictions
                ?? throw new InputException($"evaluation {evaluation} kept no predictions: it was made by an older version; run the experiment again");
            _predictions[evaluation] = predictions = PredictionFile.Read(await File.ReadAllBytesAsync(await artifacts.RequireAsync(hash, ct), ct));
        }

        return predictions;
    }
}

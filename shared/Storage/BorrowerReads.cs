using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Storage.Entities;

namespace ZiGong.Storage;

/// <summary>What an artifact says of single borrowers.</summary>
public enum BorrowerData
{
    /// <summary>Nothing: models, encodings, reference vectors.</summary>
    None,

    /// <summary>All fields of the kept samples, as a prompt shows them.</summary>
    DataSet,

    /// <summary>Which samples were kept, with their scores.</summary>
    Selection,

    /// <summary>What a model says of each test sample.</summary>
    Predictions,

    /// <summary>Gradient and loss of each sample.</summary>
    Gradients,
}

/// <summary>Reads of what is known of single borrowers: what they are, and the audit's note of each.</summary>
public static class BorrowerReads
{
    /// <summary>A data set stays one when its result names another file by now: the event that told of it is looked at too.</summary>
    public static async Task<BorrowerData> BorrowerDataAsync(this PipelineDb db, string artifact, CancellationToken ct)
    {
        var stage = await db.Results.Where(r => r.Content == artifact).Select(r => r.Stage).FirstOrDefaultAsync(ct);
        var partOf = await db.Results.Where(r => r.Parts.Contains(artifact)).Select(r => r.Stage).FirstOrDefaultAsync(ct);
        return stage switch
        {
            nameof(Stage.Dataset) => BorrowerData.DataSet,
            nameof(Stage.Selection) => BorrowerData.Selection,
            nameof(Stage.Gradients) or nameof(Stage.Pieces) => BorrowerData.Gradients,
            _ when await IsPlanAsync(db, artifact, ct) => BorrowerData.DataSet,
            _ when await WasDatasetAsync(db, artifact, ct) => BorrowerData.DataSet,
            _ when partOf == nameof(Stage.Dataset) => BorrowerData.Selection,
            _ when partOf == nameof(Stage.Evaluation) => BorrowerData.Predictions,
            _ => BorrowerData.None,
        };
    }

    /// <summary>The plan of a fidelity run holds what a model is shown of its samples.</summary>
    private static Task<bool> IsPlanAsync(PipelineDb db, string artifact, CancellationToken ct) =>
        db.Runs.FromSql($"select * from zigong.runs where plan ->> 'Artifact' = {artifact}").AnyAsync(ct);

    private static Task<bool> WasDatasetAsync(PipelineDb db, string artifact, CancellationToken ct) => db.PipelineEvents
        .FromSql($"select * from zigong.pipeline_events where type = 'DatasetTemplated' and payload ->> 'Dataset' = {artifact}")
        .AnyAsync(ct);

    /// <summary>Notes who reads what, before he gets it: nothing is read without a note.</summary>
    /// <param name="target">An artifact's hash or a run's id.</param>
    public static async Task NoteReadAsync(this PipelineDb db, string actor, string target, string what, TimeProvider time, CancellationToken ct)
    {
        db.Audit.Add(
            new AuditRow
            {
                Actor = actor, Action = "read", Target = target, Details = JsonSerializer.Serialize(new { What = what }), OccurredAt = time.GetUtcNow(),
            });
        await db.SaveChangesAsync(ct);
    }
}

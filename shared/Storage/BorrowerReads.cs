using System.Text.Json;
using Microsoft.EntityFrameworkCore;
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
    /// <summary>A data set stays one when its row is gone or names another file: the event that told of it is looked at too.</summary>
    public static async Task<BorrowerData> BorrowerDataAsync(this PipelineDb db, string artifact, CancellationToken ct) =>
        await db.Datasets.AnyAsync(d => d.Artifact == artifact, ct)
            || await db.PipelineEvents.FromSql($"select * from zigong.pipeline_events where type = 'DatasetTemplated' and payload ->> 'Dataset' = {artifact}").AnyAsync(ct)
            ? BorrowerData.DataSet
            : await db.Selections.AnyAsync(s => s.Artifact == artifact, ct) ? BorrowerData.Selection
            : await db.GradientShards.AnyAsync(g => g.Artifact == artifact, ct) ? BorrowerData.Gradients
            : await db.Evaluations.FromSql(
                $"""
                select * from zigong.evaluations
                where {artifact} in (report #>> array['Lineage', 'Predictions'], report #>> array['Lineage', 'ScorecardPredictions'])
                """).AnyAsync(ct)
                ? BorrowerData.Predictions
            : BorrowerData.None;

    /// <summary>Notes who reads what, before he gets it: nothing is read without a note.</summary>
    /// <param name="target">An artifact's hash or a run's id.</param>
    public static async Task NoteReadAsync(this PipelineDb db, string actor, string target, string what, TimeProvider time, CancellationToken ct)
    {
        db.Audit.Add(new AuditRow { Actor = actor, Action = "read", Target = target, Details = JsonSerializer.Serialize(new { What = what }), OccurredAt = time.GetUtcNow() });
        await db.SaveChangesAsync(ct);
    }
}

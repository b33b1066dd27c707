using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Storage.Entities;

namespace ZiGong.Storage;

/// <summary>A stored result with its summary.</summary>
/// <param name="Content">Hash of its artifact.</param>
public sealed record Stored<T>(string Key, string Content, T Summary)
{
    public static Stored<T> Of(ResultRow row) => new(row.Key, row.Content, JsonSerializer.Deserialize<T>(row.Summary)!);
}

/// <summary>Looking up what units made.</summary>
public static class ResultQueries
{
    /// <summary>What the finished units of a stage point to, by the units' names.</summary>
    public static async Task<IReadOnlyDictionary<string, Stored<T>>> ResultsOfAsync<T>(this PipelineDb db, Guid run, Stage stage, CancellationToken ct)
    {
        var rows = await Finished(db, run, stage).ToListAsync(ct);
        return rows.ToDictionary(r => r.Unit, r => Stored<T>.Of(r.Result), StringComparer.Ordinal);
    }

    /// <summary>The same of some units; those that are not finished, or point to nothing, are not in it.</summary>
    public static async Task<IReadOnlyDictionary<string, Stored<T>>> ResultsOfAsync<T>(
        this PipelineDb db, Guid run, Stage stage, IReadOnlyCollection<string> units, CancellationToken ct)
    {
        var rows = await Finished(db, run, stage).Where(r => units.Contains(r.Unit)).ToListAsync(ct);
        return rows.ToDictionary(r => r.Unit, r => Stored<T>.Of(r.Result), StringComparer.Ordinal);
    }

    /// <summary>What one unit made.</summary>
    /// <exception cref="InvalidOperationException">It is not finished, or made nothing: who builds upon it was ordered too early.</exception>
    public static async Task<Stored<T>> ResultOfAsync<T>(this PipelineDb db, Guid run, Stage stage, string unit, CancellationToken ct) =>
        (await db.ResultsOfAsync<T>(run, stage, [unit], ct)).GetValueOrDefault(unit)
        ?? throw new InvalidOperationException($"unit {unit} of stage {stage} has no result in run {run}");

    private static IQueryable<UnitResultRow> Finished(PipelineDb db, Guid run, Stage stage)
    {
        var name = stage.ToString();
        return db.WorkUnits.Where(u => u.RunId == run && u.Stage == name && u.State == UnitState.Done)
            .Join(db.Results, u => u.Result, r => r.Key, (u, r) => new UnitResultRow { Unit = u.Unit, Result = r });
    }

    private sealed class UnitResultRow
    {
        public required string Unit { get; init; }

        public required ResultRow Result { get; init; }
    }
}

using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Pipeline.Results;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Operations;

/// <summary>Finds finished units whose stored result is gone or damaged: every file is read and its checksum verified.</summary>
internal static class LostResults
{
    /// <returns>Names of the units.</returns>
    public static async Task<IReadOnlySet<string>> FindAsync(PipelineDb db, ArtifactStore artifacts, RunFacts facts, Stage stage, CancellationToken ct)
    {
        var results = new StoredResults(artifacts);
        var lost = new HashSet<string>(StringComparer.Ordinal);
        var units = facts.Of(stage).Where(u => u is { State: UnitState.Done, Result: not null }).ToList();
        var keys = units.Select(u => u.Result!).Distinct().ToList();
        var rows = await db.Results.Where(r => keys.Contains(r.Key)).ToDictionaryAsync(r => r.Key, StringComparer.Ordinal, ct);
        foreach (var unit in units)
        {
            if (!await results.IsWholeAsync(db, rows[unit.Result!], afresh: true, ct))
            {
                lost.Add(unit.Unit);
            }
        }

        return lost;
    }
}

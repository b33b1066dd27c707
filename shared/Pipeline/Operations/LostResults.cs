using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Operations;

/// <summary>Finds finished units whose stored result is gone or damaged: every file is read and its checksum verified.</summary>
internal static class LostResults
{
    /// <returns>Names of the units.</returns>
    public static async Task<IReadOnlySet<string>> FindAsync(PipelineDb db, ArtifactStore artifacts, RunFacts facts, Stage stage, CancellationToken ct)
    {
        var lost = new HashSet<string>(StringComparer.Ordinal);
        foreach (var unit in facts.Of(stage).Where(u => u.State == UnitState.Done))
        {
            if (!await IsThereAsync(db, artifacts, stage, unit, ct))
            {
                lost.Add(unit.Unit);
            }
        }

        return lost;
    }

    private static async Task<bool> IsThereAsync(PipelineDb db, ArtifactStore artifacts, Stage stage, WorkUnitRow unit, CancellationToken ct)
    {
        switch (stage)
        {
            case Stage.Agent or Stage.Tuning:
                foreach (var folder in unit.Artifacts)
                {
                    // The base of an agent may be a folder that somebody gave.
                    if (!Directory.Exists(Path.IsPathRooted(folder) ? folder : artifacts.FolderPath(folder)) || (!Path.IsPathRooted(folder) && !await artifacts.HasFolderAsync(folder, ct)))
                    {
                        return false;
                    }
                }

                return true;
            case Stage.Partials:
                var key = ContentHash.ToGuid(unit.Artifacts[0]);
                return await db.PartialScores.AnyAsync(p => p.ScoreKey == key, ct);
            case Stage.Evaluation:
                // The figures are a row, the predictions behind them files; evaluations before version 2 kept none.
                foreach (var file in unit.Artifacts)
                {
                    if (!await artifacts.VerifyAsync(file, ct))
                    {
                        return false;
                    }
                }

                return true;
            default:
                // Scores and verdict are rows; a selection's second entry is the key of its rows.
                return unit.Artifacts.Length == 0 || await artifacts.VerifyAsync(unit.Artifacts[0], ct);
        }
    }
}

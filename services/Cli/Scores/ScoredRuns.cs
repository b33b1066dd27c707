using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Pipeline;
using ZiGong.Reports.Runs;
using ZiGong.Reports.Scores;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Scores;

/// <summary>Reads the scores of a run.</summary>
public static class ScoredRuns
{
    extension(ScoredRun)
    {
        /// <exception cref="InputException">The run has no scores yet.</exception>
        public static async Task<ScoredRun> ReadAsync(PipelineDb db, RunView view, CancellationToken ct)
        {
            var run = view.Run;
            if (view.Snapshot is not { } snapshot || view.Outcome<SnapshotScored>(Stage.Scores, "scores") is null)
            {
                throw new InputException($"run {run.RunId} has no scores yet: {ProgressText.Line(view.Stages)}");
            }

            if (view.Units.Any(u => u is { Stage: nameof(Stage.Scores), Result: null }))
            {
                throw new InputException($"run {run.RunId} was scored by an older version, which kept no scores: zigong replay {run.RunId} --from scores");
            }

            var partials = await db.PartialsAsync(run.RunId, snapshot.SnapshotId, ct);
            var scores = await db.ScoresAsync(run.RunId, ct);
            var samples = (await db.MembersAsync(snapshot.SnapshotId, Side.Train, ct)).ToDictionary(m => m.Sample.Id, m => m.Sample);
            var kept = await KeptAsync(db, view, ct);
            return new ScoredRun(
                [.. partials.Samples.Select((s, i) =>
                {
                    var member = kept.GetValueOrDefault(s.SampleId);
                    return new ScoredSample(
                        samples[ContentHash.FromGuid(s.SampleId)], scores.Samples[i].Score, s.Values, s.Losses, member?.Rank, member?.Reason);
                })],
                scores.Summary.Weights,
                scores.Summary.Notes)
            {
                ClassOf = DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor").ClassOf,
            };
        }
    }

    private static async Task<Dictionary<Guid, SelectionMemberRow>> KeptAsync(PipelineDb db, RunView view, CancellationToken ct)
    {
        var unit = view.Units.FirstOrDefault(u => u.Stage == nameof(Stage.Selection) && u.State == UnitState.Done);
        if (unit is null)
        {
            return [];
        }

        var key = unit.Result;
        return await db.SelectionMembers.Where(m => m.SelectionKey == key).ToDictionaryAsync(m => m.SampleId, ct);
    }
}

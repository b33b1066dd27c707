using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Cli.Scores;
using ZiGong.Contracts;
using ZiGong.Credit.Evaluations;
using ZiGong.Reports.Runs;
using ZiGong.Reports.Scores;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Runs;

/// <summary>Reads what a run came to.</summary>
public static class RunResults
{
    extension(RunResult)
    {
        public static async Task<RunResult> ReadAsync(PipelineDb db, RunView view, CancellationToken ct)
        {
            var evaluated = view.Outcome<ModelEvaluated>(Stage.Evaluation, "evaluation");
            var evaluation = evaluated is null ? null : await db.Evaluations.SingleOrDefaultAsync(e => e.EvaluationKey == evaluated.Evaluation, ct);
            var report = evaluation is null ? null : JsonSerializer.Deserialize<EvaluationReport>(evaluation.Report);
            var last = await db.PipelineEvents
                .Where(
                    e => e.RunId == view.Run.RunId && e.Generation == view.Run.Generation && (e.Type == nameof(ModelReady) || e.Type == nameof(ModelRejected)))
                .OrderByDescending(e => e.Sequence)
                .FirstOrDefaultAsync(ct);
            List<string> notes = [.. view.Snapshot?.ReadNotes() ?? []];
            if (await db.SketchErrorAsync(view.Run.RunId, ct) is { } sketch)
            {
                notes.Add(
                    $"Sketched gradients: inner products are off by {sketch.Error:F4} of the norms on average; "
                    + $"Spearman {sketch.Spearman:F3} and top-30 % overlap {sketch.Overlap:F3} against exact ones.");
            }

            // Part of the partial scores may be under way again, after a damaged file or a replay; older code did not keep scores.
            var isScored = view.Units.Any(u => u is { Stage: nameof(Stage.Scores), State: UnitState.Done, Result: not null })
                && view.Units.All(u => u.Stage != nameof(Stage.Partials) || u.State == UnitState.Done);
            var scored = isScored ? await ScoredRun.ReadAsync(db, view, ct) : null;
            notes.AddRange(scored?.Notes.Except(notes) ?? []);
            return new RunResult(view, report, As<ModelReady>(last), As<ModelRejected>(last), notes, scored);
        }
    }

    private static T? As<T>(PipelineEventRow? row)
        where T : class =>
        row?.Type == typeof(T).Name ? JsonSerializer.Deserialize<T>(row.Payload) : null;
}

using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Pipeline.Api;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Experiments;

/// <summary>How far experiments are; what they found is <see cref="ExperimentResults"/>.</summary>
public static class ExperimentReading
{
    /// <returns>Newest first.</returns>
    public static async Task<IReadOnlyList<ExperimentSummary>> ListAsync(PipelineDb db, int limit, CancellationToken ct)
    {
        var rows = await db.Experiments.OrderByDescending(e => e.CreatedAt).Take(limit).ToListAsync(ct);
        var ids = rows.Select(r => r.Id).ToList();
        var done = await db.ExperimentArms.Where(a => ids.Contains(a.ExperimentId))
            .Join(db.Runs.Where(r => r.Status == RunStatus.Completed), a => a.RunId, r => r.RunId, (a, _) => a.ExperimentId)
            .GroupBy(id => id).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, ct);
        return [.. rows.Select(r => SummaryOf(r, ExperimentStore.PlanOf(r), done.GetValueOrDefault(r.Id)))];
    }

    public static async Task<ExperimentDetails> DetailsAsync(PipelineDb db, ExperimentRow row, CancellationToken ct)
    {
        var plan = ExperimentStore.PlanOf(row);
        var begun = await ExperimentStore.RunsAsync(db, row.Id, ct);
        var runs = plan.Runs.Select(r => begun.TryGetValue(r.Key, out var run)
            ? new ExperimentRun(r.Arm.Name, r.Seed, r.Fold, run.RunId, run.Status.ToString(), run.FinishedAt)
            : new ExperimentRun(r.Arm.Name, r.Seed, r.Fold, null, "Planned", null)).ToList();
        var done = runs.Count(r => r.Status == nameof(RunStatus.Completed));
        return new ExperimentDetails(SummaryOf(row, plan, done), row.FinishedAt, FailureOf(row.Failure), runs);
    }

    /// <exception cref="InputException">There is no such order.</exception>
    public static async Task<ExperimentOrderStatus> OrderAsync(PipelineDb db, Guid order, CancellationToken ct)
    {
        var row = await db.ExperimentOrders.SingleOrDefaultAsync(o => o.OrderId == order, ct)
            ?? throw new InputException($"no experiment was ordered as {order}");
        return StatusOf(row);
    }

    /// <returns>Newest first.</returns>
    public static async Task<IReadOnlyList<ExperimentOrderStatus>> OrdersAsync(PipelineDb db, int limit, CancellationToken ct)
    {
        var rows = await db.ExperimentOrders.OrderByDescending(o => o.OrderedAt).Take(limit).ToListAsync(ct);
        return [.. rows.Select(StatusOf)];
    }

    public static ExperimentOrderStatus StatusOf(ExperimentOrderRow row) => new(
        row.OrderId, row.Name, row.Dataset, row.State, row.Snapshots.Length, row.Snapshots.Count(s => s.Length > 0), row.ExperimentId,
        FailureOf(row.Failure), row.OrderedAt);

    private static ExperimentSummary SummaryOf(ExperimentRow row, ExperimentPlan plan, int done) => new(
        row.Id, row.Name, row.Dataset, row.CreatedAt, row.State, [.. plan.Arms.Select(a => a.Name)], plan.Seeds, plan.Folds, done, plan.Runs.Count());

    private static ExperimentFailure? FailureOf(string? json) => json is null ? null : JsonSerializer.Deserialize<ExperimentFailure>(json);
}

using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Reports.Experiments;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Experiments;

/// <summary>Experiments as rows.</summary>
public static class ExperimentStore
{
    /// <summary>The same plan on the same snapshots under the same code: the same experiment.</summary>
    public static string IdOf(ExperimentPlan plan) => ContentHash.Of("experiment", PlanJson(plan));

    public static string PlanJson(ExperimentPlan plan) => JsonSerializer.Serialize(plan);

    public static ExperimentPlan PlanOf(ExperimentRow row) =>
        JsonSerializer.Deserialize<ExperimentPlan>(row.Plan) ?? throw new InvalidDataException($"experiment {row.Id} has no plan");

    /// <returns>The id; what is there already stays.</returns>
    public static async Task<string> AddAsync(PipelineDb db, ExperimentPlan plan, CancellationToken ct)
    {
        var id = IdOf(plan);
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into zigong.experiments (id, name, dataset, plan) values ({id}, {plan.Name}, {plan.Dataset}, {PlanJson(plan)}::jsonb)
            on conflict do nothing
            """,
            ct);
        return id;
    }

    public static Task NoteArmAsync(PipelineDb db, string experiment, PlannedRun run, Guid runId, CancellationToken ct) => db.Database.ExecuteSqlAsync(
        $"""
        insert into zigong.experiment_arms (experiment_id, arm, seed, fold, run_id) values ({experiment}, {run.Arm.Name}, {run.Seed}, {run.Fold}, {runId})
        on conflict (experiment_id, arm, seed, fold) do update set run_id = excluded.run_id
        """,
        ct);

    /// <summary>Finds the experiment that somebody means: an id, a unique beginning of one, a name (its newest), or <c>latest</c>.</summary>
    /// <exception cref="InputException">None or several match.</exception>
    public static async Task<ExperimentRow> FindAsync(PipelineDb db, string text, CancellationToken ct)
    {
        var all = await db.Experiments.OrderByDescending(e => e.CreatedAt).Select(e => new { e.Id, e.Name }).ToListAsync(ct);
        if (all.Count == 0)
        {
            throw new InputException("there are no experiments yet; start one with: zigong experiment baseline --dataset DESCRIPTOR FILE");
        }

        var named = text.Equals("latest", StringComparison.OrdinalIgnoreCase) ? all[0] : all.Find(e => e.Name == text);
        var matches = named is not null ? [named] : all.Where(e => text.Length > 0 && e.Id.StartsWith(text, StringComparison.OrdinalIgnoreCase)).ToList();
        return matches.Count switch
        {
            1 => await db.Experiments.SingleAsync(e => e.Id == matches[0].Id, ct),
            0 => throw new InputException($"there is no experiment '{text}'; `zigong experiment list` shows them"),
            _ => throw new InputException($"'{text}' is the beginning of {matches.Count} experiments; give more of the id"),
        };
    }

    /// <summary>Enough of an id to tell experiments apart.</summary>
    public static string Short(string id) => ExperimentResult.Short(id);
}

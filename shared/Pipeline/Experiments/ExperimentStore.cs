using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit.Experiments;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Experiments;

/// <summary>Experiments as rows.</summary>
public static class ExperimentStore
{
    /// <summary>The same plan on the same snapshots under the same code: the same experiment.</summary>
    public static string IdOf(ExperimentPlan plan) => ContentHash.Of("experiment", PlanJson(plan));

    public static string PlanJson(ExperimentPlan plan) => JsonSerializer.Serialize(plan);

    public static ExperimentPlan PlanOf(ExperimentRow row) =>
        JsonSerializer.Deserialize<ExperimentPlan>(row.Plan) ?? throw new InvalidDataException($"experiment {row.Id} has no plan");

    public static ExperimentOrder OrderOf(ExperimentOrderRow row) =>
        JsonSerializer.Deserialize<ExperimentOrder>(row.Request) ?? throw new InvalidDataException($"the experiment's order {row.OrderId} is null");

    /// <summary>
    /// Sets an experiment going, in the caller's transaction. One that is there already goes on: its finished runs stay, and arms whose run failed or was
    /// cancelled begin again.
    /// </summary>
    /// <returns>Its id.</returns>
    public static async Task<string> StartAsync(PipelineDb db, ExperimentPlan plan, int parallel, CancellationToken ct)
    {
        var id = IdOf(plan);
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into zigong.experiments (id, name, dataset, plan, state, parallel)
            values ({id}, {plan.Name}, {plan.Dataset}, {PlanJson(plan)}::jsonb, {nameof(ExperimentState.Running)}, {parallel})
            on conflict (id) do update set state = excluded.state, parallel = excluded.parallel, failure = null, finished_at = null
            """,
            ct);
        await db.Database.ExecuteSqlAsync(
            $"""
            delete from zigong.experiment_arms a using zigong.runs r
            where a.experiment_id = {id} and r.run_id = a.run_id and r.status in ({nameof(RunStatus.Failed)}, {nameof(RunStatus.Cancelled)})
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

    /// <summary>The arms that have a run.</summary>
    public static async Task<Dictionary<(string Arm, long Seed, int Fold), RunRow>> RunsAsync(PipelineDb db, string experiment, CancellationToken ct)
    {
        var rows = await db.ExperimentArms.Where(a => a.ExperimentId == experiment)
            .Join(db.Runs, a => a.RunId, r => r.RunId, (a, r) => new { a, r }).ToListAsync(ct);
        return rows.ToDictionary(r => (r.a.Arm, r.a.Seed, r.a.Fold), r => r.r);
    }

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

    /// <summary>Whether an order is meant, and no experiment: by its id, or by a beginning beyond the first dash, which no experiment's id has.</summary>
    public static bool IsOrder(string text) => text.Length is > 8 and <= 36 && text[8] == '-' && text.All(c => c == '-' || char.IsAsciiHexDigit(c));

    /// <summary>Finds the order that somebody means.</summary>
    /// <exception cref="InputException">None or several match.</exception>
    public static async Task<ExperimentOrderRow> FindOrderAsync(PipelineDb db, string text, CancellationToken ct)
    {
        // Nothing of LIKE's own is in what may be the beginning of an order.
        var pattern = IsOrder(text) ? $"{text.ToLowerInvariant()}%" : "";
        var found = await db.ExperimentOrders.FromSql($"select * from zigong.experiment_orders where order_id::text like {pattern} limit 2").ToListAsync(ct);
        return found.Count switch
        {
            1 => found[0],
            0 => throw new InputException($"no experiment was ordered as '{text}'"),
            _ => throw new InputException($"'{text}' is the beginning of several orders for experiments; give more of the id"),
        };
    }

    /// <summary>Enough of an id to tell experiments apart.</summary>
    public static string Short(string id) => ExperimentResult.Short(id);
}

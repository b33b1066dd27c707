using Microsoft.Extensions.DependencyInjection;
using ZiGong.Cli;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Hosting.Embedded;
using ZiGong.Pipeline.Operations;
using ZiGong.Pipeline.Stages;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests.Harness;

/// <summary>What operators do, on a lab.</summary>
internal static class Operators
{
    public const string Actor = "test:operator";

    public static RunOperations Operations(this EmbeddedHost host) => host.Services.GetRequiredService<RunOperations>();

    public static RunOperations Operations(this Bench bench) => bench.Services.GetRequiredService<RunOperations>();

    public static ReplayRequest From(this Guid run, Stage stage, UnitChoice units = UnitChoice.All, params string[] set) => new(run, stage, units, set);

    /// <summary>What became of a run's units, stage by stage, in the words of a plan.</summary>
    /// <param name="generation">The generation of the replay.</param>
    public static async Task<IReadOnlyList<StageCounts>> CountsAsync(this Lab lab, Guid run, int generation)
    {
        var units = (await lab.UnitsAsync(run)).Where(u => u.State == UnitState.Done).ToList();
        return [.. StageCatalogue.Of(RunKind.Full).Select(s => s.Stage).Select(stage => units.Where(u => u.Stage == stage.ToString()).ToList())
            .Select((of, i) => new StageCounts(
                (Stage)i,
                of.Count(u => u.Generation == generation && !u.Reused),
                of.Count(u => u.Generation == generation && u.Reused),
                of.Count(u => u.Generation < generation)))];
    }

    /// <summary>The same of a plan: what is open is computed when its time comes.</summary>
    public static IReadOnlyList<StageCounts> Counts(this ReplayPlan plan) =>
        [.. plan.Stages.Select(s => new StageCounts(s.Stage, s.Recompute + s.Open, s.Reused, s.Kept))];

    /// <summary>All rows that say what happened, to see that something changed nothing.</summary>
    public static async Task<string> StandingAsync(this Lab lab)
    {
        string[] tables = ["runs", "work_units", "pipeline_events", "results", "scores", "selection_members", "models", "audit", "dead_letters"];
        var texts = new List<string>();
        foreach (var table in tables)
        {
            await using var command = lab.Source.CreateCommand($"select coalesce(string_agg(t::text, E'\\n' order by t::text), '') from zigong.{table} t");
            texts.Add($"{table}: {await command.ExecuteScalarAsync()}");
        }

        return string.Join('\n', texts);
    }

    public static async Task<IReadOnlyList<AuditRow>> AuditAsync(this Lab lab)
    {
        await using var db = lab.NewContext();
        return [.. db.Audit.OrderBy(a => a.AuditId)];
    }
}

/// <summary>Units of one stage: computed, reused by key, left as they were.</summary>
internal sealed record StageCounts(Stage Stage, int Computed, int Reused, int Kept);

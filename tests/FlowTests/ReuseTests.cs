using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Storage.Entities;
using ZiGong.Storage;

namespace ZiGong.FlowTests;

/// <summary>What is there already is not computed again, and what is damaged is.</summary>
[Collection("runs")]
public sealed class ReuseTests
{
    private static readonly string[] Costly = [nameof(Stage.Agent), nameof(Stage.Gradients), nameof(Stage.Reference), nameof(Stage.Partials)];

    [Fact]
    public async Task The_same_run_again_computes_nothing_costly()
    {
        var (lab, first) = await Lab.FinishedAsync();
        await using var _ = lab;
        var counts = await ResultsAsync(lab);

        var second = await lab.RunAsync();

        var units = await lab.UnitsAsync(second);
        string[] reused = [.. Costly, nameof(Stage.Dataset), nameof(Stage.Tuning)];
        units.Where(u => reused.Contains(u.Stage) && !u.Reused).Select(u => $"{u.Stage} {u.Unit}").ShouldBeEmpty();
        (await ResultsAsync(lab)).ShouldBe(counts);
        (await lab.ProductsAsync(second)).ShouldBe(await lab.ProductsAsync(first));
    }

    [Theory]
    [InlineData("TracSeq:Gamma=0.5")]
    [InlineData("Selection:TopShare=0.6")]
    public async Task A_run_that_weighs_or_selects_differently_extracts_no_gradients_again(string change)
    {
        var (lab, first) = await Lab.FinishedAsync();
        await using var _ = lab;

        var second = await lab.RunAsync(RunOptionsReader.Set(Lab.Small, change));

        var units = await lab.UnitsAsync(second);
        units.Where(u => Costly.Contains(u.Stage)).ShouldAllBe(u => u.Reused);
        units.Where(u => u.Stage == nameof(Stage.Tuning)).ShouldAllBe(u => !u.Reused);
        (await lab.ProductsAsync(second)).Selection.ShouldNotBe((await lab.ProductsAsync(first)).Selection);
    }

    [Theory]
    [InlineData(Stage.Gradients, Stage.Reference)]
    [InlineData(Stage.Reference, Stage.Partials)]
    [InlineData(Stage.Partials, Stage.Scores)]
    [InlineData(Stage.Selection, Stage.Dataset)]
    [InlineData(Stage.Dataset, Stage.Tuning)]
    public async Task What_a_build_of_another_version_made_is_handed_over_whatever_its_key(Stage made, Stage next)
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var expected = await lab.ProductsAsync(run);
        await SetBackToAsync(lab, next);

        // Keys as a build computes them whose stage has another version: this one would compute none of them.
        var key = made == Stage.Partials ? "md5(key)" : "'another ' || key";
        var rows = made switch
        {
            Stage.Partials => "update zigong.partial_scores set score_key = md5(replace(score_key::text, '-', ''))::uuid;",
            Stage.Selection => "update zigong.selection_members set selection_key = 'another ' || selection_key;",
            _ => "",
        };
        await lab.ExecuteAsync(
            $"""
            insert into zigong.results select {key}, stage, kind, content, rows, parts, summary, version + 1, made_at
                from zigong.results where stage = '{made}';
            update zigong.work_units set result = {key.Replace("key", "result", StringComparison.Ordinal)} where stage = '{made}';
            delete from zigong.results where stage = '{made}' and key not in (select result from zigong.work_units where stage = '{made}');
            {rows}
            """);
        await lab.ResumeAsync(run);

        (await lab.ProductsAsync(run)).ShouldBe(expected);
        (await lab.UnitsAsync(run)).Where(u => u.Stage == made.ToString()).ShouldAllBe(u => u.Generation == 1 && u.Attempts == 0);
    }

    [Fact]
    public async Task What_is_learnt_has_one_hash_whatever_it_was_kept_for()
    {
        await using var lab = await Lab.IngestedAsync();
        var all = RunOptionsReader.Set(Lab.Small, "Selection:Size=1");
        var first = await lab.RunAsync(all);

        var second = await lab.RunAsync(RunOptionsReader.Set(all, "Selection:TopShare=0.9"));

        var (one, other) = (await lab.ProductsAsync(first), await lab.ProductsAsync(second));
        other.Reasons.ShouldNotBe(one.Reasons, "more of the samples are there for their score");
        (await lab.OutcomeAsync<DatasetTemplated>(second, Stage.Dataset, "dataset")).Dataset
            .ShouldBe((await lab.OutcomeAsync<DatasetTemplated>(first, Stage.Dataset, "dataset")).Dataset);
        (await lab.UnitsAsync(second)).Where(u => u.Stage == nameof(Stage.Tuning)).ShouldAllBe(u => u.Reused);
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("flipped")]
    public async Task Damaged_gradients_are_not_reused_by_the_next_run(string damage)
    {
        var (lab, first) = await Lab.FinishedAsync();
        await using var _ = lab;
        var unit = await DamageAsync(lab, first, Stage.Gradients, damage);

        var second = await lab.RunAsync();

        (await lab.UnitsAsync(second)).Where(u => u.Stage == nameof(Stage.Gradients) && !u.Reused).Select(u => u.Unit).ShouldBe([unit]);
        (await lab.ProductsAsync(second)).ShouldBe(await lab.ProductsAsync(first));
    }

    [Fact]
    public async Task Gradients_found_damaged_when_they_are_needed_are_extracted_again_within_the_run()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var expected = await lab.ProductsAsync(run);
        await SetBackToAsync(lab, Stage.Partials);
        await lab.ExecuteAsync("delete from zigong.partial_scores");
        var damaged = await DamageAsync(lab, run, Stage.Gradients, "flipped");
        var untouched = (await lab.UnitsAsync(run)).Where(u => u.Stage == nameof(Stage.Gradients) && u.Unit != damaged)
            .ToDictionary(u => u.Unit, u => u.FinishedAt);

        await lab.ResumeAsync(run);

        var units = await lab.UnitsAsync(run);
        units.Where(u => u.Stage == nameof(Stage.Gradients) && u.Unit != damaged).ShouldAllBe(u => untouched[u.Unit] == u.FinishedAt);
        (await lab.ProductsAsync(run)).ShouldBe(expected);
    }

    [Fact]
    public async Task A_damaged_base_is_made_again_within_the_run()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var expected = await lab.ProductsAsync(run);
        await SetBackToAsync(lab, Stage.Gradients);
        await lab.ExecuteAsync("delete from zigong.partial_scores; delete from zigong.results where stage in ('Partials', 'Gradients', 'Reference')");
        await using (var db = lab.NewContext())
        {
            File.Delete(Path.Combine(lab.Artifacts.FolderPath((await db.CheckpointsOfAsync(run, default))[0].Base), "model.safetensors"));
        }

        await lab.ResumeAsync(run);

        (await lab.ProductsAsync(run)).ShouldBe(expected);
    }

    [Fact]
    public async Task A_champion_crowned_between_evaluation_and_verdict_is_compared_with()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await lab.ExecuteAsync("update zigong.models set state = 'retired'");
        await SetBackToAsync(lab, Stage.Model);

        // Another run's model of the same data became champion after this run's evaluation looked for one.
        await lab.ExecuteAsync(
            """
            insert into zigong.models (model_id, dataset, run_id, snapshot_watermark, adapter, adapter_uri, base, encoding, state, metrics)
            select 'rival', dataset, gen_random_uuid(), snapshot_watermark, adapter, adapter_uri, base, encoding, 'champion', metrics from zigong.models limit 1
            """);
        await lab.ResumeAsync(run);

        await using var after = lab.NewContext();
        (await after.Evaluations.CountAsync(e => e.RunId == run && e.Champion == "rival")).ShouldBe(1);
    }

    /// <summary>Sets a finished run back to before a stage, as if it had been cut off there.</summary>
    private static Task SetBackToAsync(Lab lab, Stage stage)
    {
        var later = string.Join(", ", Enum.GetValues<Stage>().Where(s => s >= stage).Select(s => $"'{s}'"));
        return lab.ExecuteAsync($"delete from zigong.work_units where stage in ({later}); update zigong.runs set status = 'Running', finished_at = null");
    }

    /// <returns>The unit whose artifact was damaged.</returns>
    private static async Task<string> DamageAsync(Lab lab, Guid run, Stage stage, string damage)
    {
        var unit = (await lab.UnitsAsync(run)).Last(u => u.Stage == stage.ToString());
        var path = await lab.Artifacts.RequireAsync(await lab.ContentAsync(unit), default);
        var bytes = await File.ReadAllBytesAsync(path);
        if (damage == "truncated")
        {
            bytes = bytes[..(bytes.Length / 2)];
        }
        else
        {
            bytes[bytes.Length / 2] ^= 4;
        }

        await File.WriteAllBytesAsync(path, bytes);
        return unit.Unit;
    }

    private static async Task<string> ResultsAsync(Lab lab)
    {
        string[] tables = ["results where stage <> 'Evaluation'", "partial_scores", "scores", "selection_members", "snapshots"];
        var counts = new List<string>();
        foreach (var table in tables)
        {
            counts.Add($"{table} {await lab.CountAsync($"select count(*) from zigong.{table}")}");
        }

        return string.Join(", ", counts);
    }
}

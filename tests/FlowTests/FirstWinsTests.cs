using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Results;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests;

/// <summary>The first result under a key stays, whatever a replay computes afresh; one that is damaged gives way.</summary>
[Collection("runs")]
public sealed class FirstWinsTests
{
    [Theory]
    [InlineData(Stage.Gradients)]
    [InlineData(Stage.Reference)]
    [InlineData(Stage.Dataset)]
    public async Task A_replay_leaves_a_stored_file_with_other_bytes_where_it_is_and_hands_it_on(Stage stage)
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var unit = (await lab.UnitsAsync(run)).First(u => u.Stage == stage.ToString());
        var other = await OtherFileAsync(lab, unit);
        (await lab.CountAsync($"select count(*) from zigong.results where content = '{other}'")).ShouldBe(0);
        await lab.ExecuteAsync($"update zigong.results set content = '{other}' where key = '{unit.Result}'");

        await ReplayAsync(lab, run, stage);

        (await lab.CountAsync($"select count(*) from zigong.results where content = '{other}'")).ShouldBe(1);
        var again = (await lab.UnitsAsync(run)).Single(u => u.Stage == unit.Stage && u.Unit == unit.Unit);
        (again.Generation, again.Reused).ShouldBe((2, false));
        (await lab.ContentAsync(again)).ShouldBe(other);
    }

    [Theory]
    [InlineData(Stage.Gradients)]
    [InlineData(Stage.Reference)]
    [InlineData(Stage.Dataset)]
    public async Task A_replay_takes_the_place_of_a_stored_file_that_is_lost(Stage stage)
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var lost = new string('0', 64);
        await lab.ExecuteAsync($"update zigong.results set content = '{lost}' where stage = '{stage}'");

        await ReplayAsync(lab, run, stage);

        (await lab.CountAsync($"select count(*) from zigong.results where content = '{lost}'")).ShouldBe(0);
    }

    [Fact]
    public async Task A_replay_leaves_partial_scores_where_they_are()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await lab.ExecuteAsync("update zigong.partial_scores set value = value + 1");
        var rows = await lab.CountAsync("select count(*) from zigong.partial_scores");
        var sum = await SumAsync(lab);

        await ReplayAsync(lab, run, Stage.Partials);

        (await lab.CountAsync("select count(*) from zigong.partial_scores")).ShouldBe(rows);
        (await SumAsync(lab)).ShouldBe(sum);
    }

    [Theory]
    [InlineData(Stage.Agent)]
    [InlineData(Stage.Tuning)]
    public async Task A_replay_leaves_a_stored_training_with_other_bytes_where_it_is_and_goes_on_from_it(Stage stage)
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;

        // Of the agent the first checkpoint, of the tuning the adapter.
        var where = $"stage = '{stage}' and {(stage == Stage.Agent ? "summary ->> 'Ordinal' = '1'" : "summary ? 'Steps'")}";
        var other = await OtherFolderAsync(lab, await lab.TextAsync($"select content from zigong.results where {where}"));
        await lab.ExecuteAsync($"update zigong.results set content = '{other}' where {where}");

        await ReplayAsync(lab, run, stage);

        (await lab.TextAsync($"select content from zigong.results where {where}")).ShouldBe(other);
        (await lab.CountAsync(
            $"select count(*) from zigong.work_units u join zigong.results r on r.key = u.result where u.stage = '{stage}' and r.content = '{other}'"))
            .ShouldBe(1);
    }

    [Fact]
    public async Task A_selection_needs_the_stored_scores_and_nothing_that_they_were_added_up_from()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var before = await lab.ProductsAsync(run);
        await lab.ExecuteAsync("delete from zigong.partial_scores");

        await ReplayAsync(lab, run, Stage.Selection);

        (await lab.ProductsAsync(run)).ShouldBe(before);
    }

    [Fact]
    public async Task Units_of_a_checkpoint_that_has_a_successor_by_now_are_in_nobodys_way()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var before = await lab.ProductsAsync(run);
        await lab.ExecuteAsync(
            """
            insert into zigong.work_units (run_id, stage, unit, state, generation, result)
            select run_id, stage, 'gone/' || unit, state, generation, result from zigong.work_units where stage in ('Gradients', 'Partials')
            """);

        await ReplayAsync(lab, run, Stage.Scores);

        (await lab.ProductsAsync(run)).ShouldBe(before);
    }

    [Fact]
    public async Task An_evaluation_made_anew_stands_beside_the_first()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var first = await lab.TextAsync("select evaluation_key || report from zigong.evaluations");

        await ReplayAsync(lab, run, Stage.Evaluation);

        (await lab.CountAsync("select count(*) from zigong.evaluations")).ShouldBe(2);
        (await lab.TextAsync("select evaluation_key || report from zigong.evaluations order by evaluated_at limit 1")).ShouldBe(first);
    }

    [Fact]
    public async Task Other_bytes_are_logged_with_both_hashes()
    {
        await using var lab = await Lab.NewAsync();
        await using var bench = await Bench.StartAsync(lab);
        var run = await bench.RequestAsync();
        var log = new KeptLog<StageRunner>();
        var stored = await lab.Artifacts.PutAsync("stored"u8.ToArray(), default);
        var fresh = await lab.Artifacts.PutAsync("fresh"u8.ToArray(), default);

        await MakeAsync(lab, bench, log, run, "first", stored);
        await MakeAsync(lab, bench, log, run, "second", fresh, recompute: true);

        var warning = log.Warnings.ShouldHaveSingleItem();
        warning.ShouldContain(stored);
        warning.ShouldContain(fresh);
        (await lab.OutcomeAsync<ReferenceAveraged>(run, Stage.Reference, "second")).Samples.ShouldBe(1, "what is told is told of the stored one");
    }

    [Fact]
    public async Task A_worker_that_comes_second_with_other_bytes_tries_again_and_finds_the_first()
    {
        await using var lab = await Lab.NewAsync();
        await using var bench = await Bench.StartAsync(lab);
        var run = await bench.RequestAsync();
        var log = new KeptLog<StageRunner>();
        var (theirs, mine) = (await lab.Artifacts.PutAsync("theirs"u8.ToArray(), default), await lab.Artifacts.PutAsync("mine"u8.ToArray(), default));

        // While this one computes, another worker ends its unit with the same key.
        await MakeAsync(lab, bench, log, run, "slow", mine, meanwhile: () => MakeAsync(lab, bench, log, run, "quick", theirs));
        (await lab.UnitsAsync(run)).Single(u => u.Unit == "slow").ShouldSatisfyAllConditions(
            u => u.State.ShouldBe(UnitState.Pending), u => u.Error!.ShouldContain(theirs));
        await lab.ExecuteAsync("update zigong.work_units set next_attempt_at = null");
        await MakeAsync(lab, bench, log, run, "slow", mine);

        var unit = (await lab.UnitsAsync(run)).Single(u => u.Unit == "slow");
        (unit.State, unit.Reused, await lab.ContentAsync(unit)).ShouldBe((UnitState.Done, true, theirs));
    }

    [Fact]
    public async Task A_result_whose_file_is_damaged_gives_way_with_its_summary()
    {
        await using var lab = await Lab.NewAsync();
        await using var bench = await Bench.StartAsync(lab);
        var run = await bench.RequestAsync();
        var log = new KeptLog<StageRunner>();
        var (damaged, whole) = (await lab.Artifacts.PutAsync("damaged"u8.ToArray(), default), await lab.Artifacts.PutAsync("whole"u8.ToArray(), default));
        await MakeAsync(lab, bench, log, run, "first", damaged);
        await File.WriteAllTextAsync(await lab.Artifacts.RequireAsync(damaged, default), "gamaged");

        await MakeAsync(lab, bench, log, run, "second", whole, samples: 2);

        (await lab.TextAsync("select content || ' ' || (summary ->> 'Samples') from zigong.results")).ShouldBe($"{whole} 2");
        log.Warnings.ShouldBeEmpty();
    }

    /// <summary>Has a unit of the stage of references make an artifact under one key for all.</summary>
    private static async Task MakeAsync(
        Lab lab, Bench bench, KeptLog<StageRunner> log, Guid run, string unit, string artifact, int samples = 1, bool recompute = false,
        Func<Task>? meanwhile = null)
    {
        var services = bench.Services;
        var runner = new StageRunner(
            lab.Source, services.GetRequiredService<WorkUnits>(), services.GetRequiredService<StoredResults>(), services.GetRequiredService<RunFailures>(),
            services.GetRequiredService<IBus>(), services.GetRequiredService<Announcer>(), lab.Options, TimeProvider.System, log);
        if (recompute)
        {
            await lab.ExecuteAsync(
                $"insert into zigong.work_units (run_id, stage, unit, state, generation, recompute) values ('{run}', 'Reference', "
                + $"'{unit}', 'Pending', 1, true)");
        }

        await runner.MakeAsync(
            new AverageReference(run, 1, unit),
            new UnitKey(Stage.Reference, unit),
            (_, _) => Task.FromResult<ResultWork>(new ResultWork<ReferenceSummary>(
                "one key",
                version: 1,
                async _ =>
                {
                    await (meanwhile?.Invoke() ?? Task.CompletedTask);
                    return new Made<ReferenceSummary>(ResultKind.File, artifact, new ReferenceSummary(unit, samples));
                },
                result => new Told(new ReferenceAveraged(run, 1, unit, result.Summary.Samples)))),
            default);
    }

    private static async Task ReplayAsync(Lab lab, Guid run, Stage stage)
    {
        await using var host = await lab.StartAsync();
        await host.Operations().ReplayAsync(run.From(stage), Operators.Actor, default);
        await lab.EndAsync(run);
    }

    /// <summary>A file as another processor could have made it: with a word, or the last bit of a number, that differs.</summary>
    private static async Task<string> OtherFileAsync(Lab lab, WorkUnitRow unit)
    {
        var bytes = await File.ReadAllBytesAsync(await lab.Artifacts.RequireAsync(await lab.ContentAsync(unit), default));
        if (unit.Stage == nameof(Stage.Dataset))
        {
            return await lab.Artifacts.PutAsync(
                Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes).Replace("borrower", "client", StringComparison.Ordinal)), default);
        }

        bytes[^4] ^= 1;
        return await lab.Artifacts.PutAsync(bytes, default);
    }

    /// <summary>A folder of weights whose last number differs in its last bit.</summary>
    private static async Task<string> OtherFolderAsync(Lab lab, string folder)
    {
        var copy = Directory.CreateDirectory(Path.Combine(lab.Folder, "other")).FullName;
        foreach (var file in Directory.EnumerateFiles(lab.Artifacts.FolderPath(folder)).Where(f => Path.GetFileName(f) != "manifest.json"))
        {
            var bytes = await File.ReadAllBytesAsync(file);
            bytes[^4] ^= (byte)(Path.GetFileName(file) == "adapter_model.safetensors" ? 1 : 0);
            await File.WriteAllBytesAsync(Path.Combine(copy, Path.GetFileName(file)), bytes);
        }

        return await lab.Artifacts.PutFolderAsync(copy, default);
    }

    private static Task<string> SumAsync(Lab lab) =>
        lab.TextAsync("select string_agg(value::text, ' ' order by score_key, sample_id) from zigong.partial_scores");
}

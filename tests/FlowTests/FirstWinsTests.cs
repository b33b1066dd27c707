using System.Text;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Pipeline;
using ZiGong.Storage;

namespace ZiGong.FlowTests;

/// <summary>The first result under a key stays, whatever a replay computes afresh; one that is damaged gives way.</summary>
[Collection("runs")]
public sealed class FirstWinsTests
{
    private const string Gradients = "gradient_shards", References = "reference_means", Datasets = "datasets";

    [Theory]
    [InlineData(Stage.Gradients, Gradients, "checkpoint_id || '/' || shard_id")]
    [InlineData(Stage.Reference, References, "checkpoint_id")]
    [InlineData(Stage.Dataset, Datasets, "'dataset'")]
    public async Task A_replay_leaves_a_stored_file_with_other_bytes_where_it_is_and_hands_it_on(Stage stage, string table, string unit)
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var other = await OtherFileAsync(lab, run, stage);
        (await lab.UnitsAsync(run)).ShouldAllBe(u => !u.Artifacts.Contains(other));
        var name = (await lab.UnitsAsync(run)).First(u => u.Stage == stage.ToString()).Unit;
        await lab.ExecuteAsync($"update zigong.{table} set artifact = '{other}' where {unit} = '{name}'");

        await ReplayAsync(lab, run, stage);

        (await lab.CountAsync($"select count(*) from zigong.{table} where artifact = '{other}'")).ShouldBe(1);
        (await lab.UnitsAsync(run)).Single(u => u.Stage == stage.ToString() && u.Unit == name).Artifacts[0].ShouldBe(other);
    }

    [Theory]
    [InlineData(Stage.Gradients, Gradients)]
    [InlineData(Stage.Reference, References)]
    [InlineData(Stage.Dataset, Datasets)]
    public async Task A_replay_takes_the_place_of_a_stored_file_that_is_lost(Stage stage, string table)
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var lost = new string('0', 64);
        await lab.ExecuteAsync($"update zigong.{table} set artifact = '{lost}'");

        await ReplayAsync(lab, run, stage);

        (await lab.CountAsync($"select count(*) from zigong.{table} where artifact = '{lost}'")).ShouldBe(0);
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
        var (table, column, where) = stage == Stage.Agent ? ("checkpoints", "state", "ordinal = 1") : ("adapters", "artifact", "true");
        var other = await OtherFolderAsync(lab, await TextAsync(lab, $"select {column} from zigong.{table} where {where}"));
        await lab.ExecuteAsync($"update zigong.{table} set {column} = '{other}' where {where}");

        await ReplayAsync(lab, run, stage);

        (await TextAsync(lab, $"select {column} from zigong.{table} where {where}")).ShouldBe(other);
        (await lab.UnitsAsync(run)).Count(u => u.Stage == stage.ToString() && u.Artifacts.Contains(other)).ShouldBe(1);
    }

    [Fact]
    public async Task An_evaluation_made_anew_stands_beside_the_first()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var first = await TextAsync(lab, "select evaluation_key || report from zigong.evaluations");

        await ReplayAsync(lab, run, Stage.Evaluation);

        (await lab.CountAsync("select count(*) from zigong.evaluations")).ShouldBe(2);
        (await TextAsync(lab, "select evaluation_key || report from zigong.evaluations order by evaluated_at limit 1")).ShouldBe(first);
    }

    [Fact]
    public async Task Other_bytes_are_logged_with_both_hashes()
    {
        await using var lab = await Lab.NewAsync();
        await using var bench = await Bench.StartAsync(lab);
        var run = await bench.RequestAsync();
        var log = new KeptLog<StageRunner>();
        var services = bench.Services;
        var runner = new StageRunner(
            lab.Source, services.GetRequiredService<WorkUnits>(), services.GetRequiredService<RunFailures>(), services.GetRequiredService<IBus>(),
            services.GetRequiredService<Announcer>(), lab.Options, TimeProvider.System, log);

        await runner.RunAsync(
            new CombineScores(run, 1), new UnitKey(Stage.Scores, "scores"),
            (unit, _) => Task.FromResult(new UnitResult(new SnapshotScored(run, 1, FirstWins.Kept(unit, "stored", "fresh", hash => hash).Length, 1, 1))), default);

        var warning = log.Warnings.ShouldHaveSingleItem();
        warning.ShouldContain("stored");
        warning.ShouldContain("fresh");
        (await lab.OutcomeAsync<SnapshotScored>(run, Stage.Scores, "scores")).Samples.ShouldBe("stored".Length);
    }

    [Theory]
    [InlineData("same", "same", true, false)]
    [InlineData("fresh", "damaged", false, true)]
    public async Task What_is_the_same_stays_and_what_is_damaged_gives_way(string fresh, string stored, bool whole, bool replaces) =>
        (await FirstWins.ReplacesAsync(fresh, stored, (_, _) => Task.FromResult(whole), default)).ShouldBe(replaces);

    [Fact]
    public async Task A_worker_that_comes_second_with_other_bytes_tries_again_and_finds_the_first() => (await Should.ThrowAsync<ResultTakenException>(
        () => FirstWins.ReplacesAsync("mine", "theirs", (_, _) => Task.FromResult(true), default))).Message.ShouldContain("theirs");

    private static async Task ReplayAsync(Lab lab, Guid run, Stage stage)
    {
        await using var host = await lab.StartAsync();
        await host.Operations().ReplayAsync(run.From(stage), Operators.Actor, default);
        await lab.EndAsync(run);
    }

    /// <summary>A file as another processor could have made it: with a digit, or the last bit of a number, that differs.</summary>
    private static async Task<string> OtherFileAsync(Lab lab, Guid run, Stage stage)
    {
        var unit = (await lab.UnitsAsync(run)).First(u => u.Stage == stage.ToString());
        var bytes = await File.ReadAllBytesAsync(await lab.Artifacts.RequireAsync(unit.Artifacts[0], default));
        if (stage == Stage.Dataset)
        {
            var text = Encoding.UTF8.GetString(bytes);
            return await lab.Artifacts.PutAsync(Encoding.UTF8.GetBytes(text.Replace("\"rank\":1,", "\"rank\":10000,", StringComparison.Ordinal)), default);
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

    private static async Task<string> TextAsync(Lab lab, string sql)
    {
        await using var command = lab.Source.CreateCommand(sql);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static Task<string> SumAsync(Lab lab) => TextAsync(lab, "select string_agg(value::text, ' ' order by score_key, sample_id) from zigong.partial_scores");
}

using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Metrics;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Storage.Entities;
using ZiGong.Storage;

namespace ZiGong.FlowTests;

/// <summary>A whole run: from stored behaviour to an announced model.</summary>
[Collection("runs")]
public sealed class RunTests
{
    [Fact]
    public async Task A_run_ends_with_a_verdict_on_its_model_and_fills_every_table()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await using var db = lab.NewContext();
        var events = await db.PipelineEvents.OrderBy(e => e.Sequence).ToListAsync();
        events[^1].Type.ShouldBeOneOf(nameof(ModelReady), nameof(ModelRejected));
        events.Select(e => e.Sequence).ShouldBe(Enumerable.Range(1, events.Count).Select(n => (long)n), "a reader with a cursor would miss an event");

        string[] tables =
        [
            "subjects", "samples", "shards", "snapshots", "snapshot_members", "runs", "work_units", "results",
            "partial_scores", "scores", "selection_members", "evaluations", "models", "pipeline_events",
        ];
        foreach (var table in tables)
        {
            (await lab.CountAsync($"select count(*) from zigong.{table}")).ShouldBePositive(table);
        }

        (await lab.UnitsAsync(run)).ShouldAllBe(u => u.State == UnitState.Done && u.Attempts == 0 && u.LeaseToken == null);
    }

    [Fact]
    public async Task A_rejected_model_is_announced_with_its_failed_gates_and_their_figures()
    {
        await using var lab = await Lab.IngestedAsync();
        var run = await lab.RunAsync(Lab.Small with { Evaluation = Lab.Small.Evaluation with { MinimumPerClass = 1_000_000 } });

        await using var db = lab.NewContext();
        var last = await db.PipelineEvents.OrderBy(e => e.Sequence).LastAsync();
        last.Type.ShouldBe(nameof(ModelRejected));
        var rejected = JsonSerializer.Deserialize<ModelRejected>(last.Payload)!;
        var failure = rejected.Failures!.Single(f => f.Gate == "classes");
        failure.Values["MinimumPerClass"].ShouldBe(1_000_000);
        (failure.Values["Positives"] + failure.Values["Negatives"]).ShouldBe(await db.SnapshotMembers.CountAsync(m => m.Side == Side.Test));
        rejected.Reasons.ShouldContain($"classes: {failure.Figures}");
        rejected.Metrics.Keys.ShouldContain(nameof(Metric.Ks));
        (await db.Models.SingleAsync()).State.ShouldBe(ModelState.Rejected);
        rejected.RunId.ShouldBe(run);
    }

    [Fact]
    public async Task The_last_event_names_what_the_model_was_made_of()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await using var db = lab.NewContext();
        var last = await db.PipelineEvents.OrderBy(e => e.Sequence).LastAsync();
        using var payload = JsonDocument.Parse(last.Payload);
        var lineage = payload.RootElement.GetProperty("Lineage").Deserialize<Lineage>()!;

        lineage.Snapshot.ShouldBe((await db.Snapshots.SingleAsync()).SnapshotId);
        lineage.Selection.ShouldBe((await lab.OutcomeAsync<SamplesSelected>(run, Stage.Selection, "selection")).Selection);
        lineage.Dataset.ShouldBe((await lab.OutcomeAsync<DatasetTemplated>(run, Stage.Dataset, "dataset")).Dataset);
        lineage.CodeVersion.ShouldBe(CodeVersions.Made);
        lineage.Options.ShouldBe(ContentHash.Of(RunOptionsReader.ForKeys(Lab.Small)));
        (await lab.Artifacts.HasFolderAsync(lineage.Adapter, default)).ShouldBeTrue();
        (await lab.Artifacts.HasFolderAsync(lineage.Base, default)).ShouldBeTrue();
        payload.RootElement.GetProperty("AdapterUri").GetString().ShouldEndWith(lineage.Adapter);
        var tested = (await db.SnapshotMembers.Where(m => m.Side == Side.Test).Select(m => m.SampleId).ToListAsync()).Select(ContentHash.FromGuid)
            .Order(StringComparer.Ordinal).ToList();
        foreach (var file in new[] { lineage.Predictions!, lineage.ScorecardPredictions! })
        {
            var predictions = PredictionFile.Read(await File.ReadAllBytesAsync(await lab.Artifacts.RequireAsync(file, default)));
            predictions.Select(p => p.Id).ShouldBe(tested);
            predictions.ShouldAllBe(p => p.Generated == null == (file == lineage.ScorecardPredictions));
        }

        payload.RootElement.GetProperty("Metrics").EnumerateObject().Select(m => m.Name).ToHashSet()
            .IsSupersetOf(["Acc", "F1", "MacroF1", "Mcc", "Ks", "Auc", "Miss"]).ShouldBeTrue();
    }

    [Fact]
    public async Task Every_unit_but_those_of_single_shards_ends_with_exactly_one_event_of_its_own()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await using var db = lab.NewContext();
        var units = await lab.UnitsAsync(run);
        var counts = await db.PipelineEvents.GroupBy(e => e.Type).Select(g => new { Type = g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Type, g => g.Count);
        int Units(Stage stage) => units.Count(u => u.Stage == stage.ToString());

        counts[nameof(SnapshotSealed)].ShouldBe(1);
        counts[nameof(AgentSliceTrained)].ShouldBe(Units(Stage.Agent));
        counts[nameof(CheckpointSaved)].ShouldBe(2);
        counts[nameof(AgentTrained)].ShouldBe(1);
        counts[nameof(ReferenceAveraged)].ShouldBe(2);
        units.Where(u => u.Stage is nameof(Stage.Gradients) or nameof(Stage.Partials)).ShouldAllBe(u => u.Output == null, "nobody waits for a single shard");
        counts[nameof(AdapterSliceTrained)].ShouldBe(Units(Stage.Tuning));
        Units(Stage.Agent).ShouldBeGreaterThan(2, "the scenario has to train in several slices per checkpoint");
        Units(Stage.Tuning).ShouldBeGreaterThan(1, "the scenario has to tune in several slices");
        Units(Stage.Partials).ShouldBe(6, "three training shards at two checkpoints");
    }

    [Fact]
    public async Task Selection_and_data_set_hold_the_same_samples_and_no_trace_of_the_run()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        var products = await lab.ProductsAsync(run);
        var selected = products.Selection.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        var templated = products.Dataset.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();

        var reasons = products.Reasons.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        templated.Count.ShouldBe(reasons.Count, "the reasons stand line by line beside the instructions");
        templated.ShouldAllBe(t => t.EnumerateObject().All(p => p.Name != "id" && p.Name != "score" && p.Name != "rank" && p.Name != "reason"));
        reasons.Select(t => t.GetProperty("id").GetString()).ShouldBe(selected.Select(s => s.GetProperty("id").GetString()), ignoreOrder: true);
        reasons.Select(t => t.GetProperty("id").GetString()).ShouldBe(reasons.Select(t => t.GetProperty("id").GetString()).Order(StringComparer.Ordinal));
        selected.Select(s => s.GetProperty("rank").GetInt32()).ShouldBeInOrder();
        (products.Selection + products.Dataset).ShouldNotContain(run.ToString("N"));
        (products.Selection + products.Dataset).ShouldNotContain(run.ToString());

        await using var db = lab.NewContext();
        var training = await db.SnapshotMembers.Where(m => m.Side == Credit.Side.Train).Select(m => m.SampleId).ToListAsync();
        selected.Select(s => Guid.ParseExact(s.GetProperty("id").GetString()!, "N")).ShouldBeSubsetOf(training);
        selected.Count.ShouldBe((int)Math.Round(training.Count * 0.5, MidpointRounding.AwayFromZero));
    }

    [Fact]
    public async Task The_tokens_of_an_instruction_end_with_its_answer()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var _ = lab;
        await using var db = lab.NewContext();
        var encoding = Credit.Encodings.SampleEncoding.FromJson(
            await File.ReadAllBytesAsync(await lab.Artifacts.RequireAsync((await db.Snapshots.SingleAsync()).Encoding, default)));
        foreach (var line in (await lab.ProductsAsync(run)).Dataset.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using var instruction = JsonDocument.Parse(line);
            var tokens = instruction.RootElement.GetProperty("tokens").EnumerateArray().Select(t => t.GetInt32()).ToArray();
            var start = instruction.RootElement.GetProperty("answer_start").GetInt32();
            encoding.Decode(tokens.AsSpan(start)).ShouldBe(instruction.RootElement.GetProperty("output").GetString());
            start.ShouldBe(encoding.PromptLength);
        }
    }

    [Fact]
    public async Task Every_checkpoint_has_a_later_time_and_the_rates_of_its_own_steps()
    {
        var (lab, run) = await Lab.FinishedAsync();
        await using var lease = lab;
        await using var db = lab.NewContext();
        var checkpoints = await db.CheckpointsOfAsync(run, default);
        checkpoints.Select(c => c.Ordinal).ShouldBe([1, 2]);
        checkpoints[1].PeriodTime.ShouldBeGreaterThan(checkpoints[0].PeriodTime);
        checkpoints[1].PeriodTime.ShouldBeLessThanOrEqualTo((await db.Snapshots.SingleAsync()).AsOf);

        // After the warm-up all steps count fully.
        checkpoints[1].LearningRate.ShouldBe((checkpoints[1].Step - checkpoints[0].Step) * Lab.Small.Agent.LearningRate, 1e-9);
        checkpoints[0].LearningRate.ShouldBeLessThan(checkpoints[0].Step * Lab.Small.Agent.LearningRate);
        checkpoints.ShouldAllBe(c => double.IsFinite(c.Loss) && c.Loss > 0);
    }
}

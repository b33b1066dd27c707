using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Storage.Entities;

namespace ZiGong.UnitTests.Pipeline;

public sealed class NextMessagesTests
{
    private static readonly RunScenario Scenario = new();

    [Fact]
    public void A_new_run_waits_for_its_snapshot() =>
        NextMessages.Of(Scenario.Start(generation: 3)).ShouldBe([new RunRequested(RunScenario.Id, 3)]);

    [Fact]
    public void A_sealed_snapshot_starts_the_agent()
    {
        var run = Scenario.DoAll(Scenario.Start(), [new RunRequested(RunScenario.Id, 1)]);
        NextMessages.Of(run).ShouldBe([new SnapshotSealed(RunScenario.Id, 1, "snap", 20, 5, 5, 3)]);
    }

    [Fact]
    public void The_agent_goes_on_slice_by_slice_and_a_slice_without_checkpoint_orders_no_gradients()
    {
        var run = WithAgentSlices(1);
        NextMessages.Of(run).ShouldBe([new TrainAgentSlice(RunScenario.Id, 1, 1)]);
    }

    [Fact]
    public void A_checkpoints_gradients_are_extracted_while_the_agent_goes_on()
    {
        NextMessages.Of(WithAgentSlices(2)).ShouldBe(
        [
            new TrainAgentSlice(RunScenario.Id, 1, 2),
            new ExtractShard(RunScenario.Id, 1, "c1", "r1"),
            new ExtractShard(RunScenario.Id, 1, "c1", "t1"),
            new ExtractShard(RunScenario.Id, 1, "c1", "t2"),
        ]);
    }

    [Fact]
    public void The_last_slice_orders_no_further_training() =>
        NextMessages.Of(WithAgentSlices(4)).ShouldAllBe(m => m is ExtractShard);

    [Fact]
    public void The_reference_is_averaged_when_its_last_shard_is_there_and_training_shards_are_not_waited_for()
    {
        var scenario = new RunScenario { Reference = ["r1", "r2"] };
        var run = Gradients(scenario.UpTo(Stage.Gradients), "c1", "r1");
        NextMessages.Of(run).ShouldNotContain(m => m is AverageReference);
        run = Gradients(run, "c1", "r2");
        NextMessages.Of(run).OfType<AverageReference>().ShouldBe([new AverageReference(RunScenario.Id, 1, "c1")]);
    }

    [Fact]
    public void With_curvature_the_reference_waits_for_the_training_shards_of_its_checkpoint()
    {
        var run = Gradients(Scenario.UpTo(Stage.Gradients), "c1", "r1") with { ReferenceNeedsTraining = true };
        run = Gradients(run, "c1", "t1");
        NextMessages.Of(run).ShouldNotContain(m => m is AverageReference);
        run = Gradients(run, "c1", "t2");
        NextMessages.Of(run).OfType<AverageReference>().ShouldBe([new AverageReference(RunScenario.Id, 1, "c1")]);
    }

    [Fact]
    public void A_shard_is_scored_when_its_gradients_and_the_average_are_there()
    {
        var run = Gradients(Scenario.UpTo(Stage.Gradients), "c1", "t1");
        NextMessages.Of(run).ShouldNotContain(m => m is ScoreShard);
        run = Scenario.Do(Gradients(run, "c1", "r1"), new AverageReference(RunScenario.Id, 1, "c1"));
        NextMessages.Of(run).OfType<ScoreShard>().ShouldBe([new ScoreShard(RunScenario.Id, 1, "c1", "t1")]);
    }

    [Fact]
    public void Reference_shards_are_not_scored()
    {
        var run = Scenario.UpTo(Stage.Scores);
        run.Finished.Keys.Where(u => u.Stage == Stage.Partials).Select(u => u.Unit).Order().ShouldBe(["c1/t1", "c1/t2", "c2/t1", "c2/t2"]);
    }

    [Fact]
    public void A_shard_on_both_sides_is_extracted_once_per_order()
    {
        var scenario = new RunScenario { Training = ["s", "t"], Reference = ["s"] };
        NextMessages.Of(scenario.UpTo(Stage.Gradients)).OfType<ExtractShard>().Select(m => m.Unit).ShouldBeUnique();
    }

    [Fact]
    public void Scores_are_combined_when_the_last_partial_score_is_there()
    {
        var run = Scenario.UpTo(Stage.Scores);
        NextMessages.Of(run).ShouldBe([new CombineScores(RunScenario.Id, 1)]);
        NextMessages.Of(run.Without(new UnitKey(Stage.Partials, "c1/t2"))).ShouldBe([new ScoreShard(RunScenario.Id, 1, "c1", "t2")]);
    }

    [Fact]
    public void Later_stages_follow_each_other()
    {
        NextMessages.Of(Scenario.UpTo(Stage.Selection)).ShouldHaveSingleItem().ShouldBeOfType<SnapshotScored>().Samples.ShouldBe(20);
        NextMessages.Of(Scenario.UpTo(Stage.Dataset)).ShouldBe([new SamplesSelected(RunScenario.Id, 1, "sel", 10, 3, 7)]);
        NextMessages.Of(Scenario.UpTo(Stage.Tuning)).ShouldBe([new DatasetTemplated(RunScenario.Id, 1, "data", 10)]);
        var tuning = Scenario.Do(Scenario.UpTo(Stage.Tuning), new DatasetTemplated(RunScenario.Id, 1, "data", 10));
        NextMessages.Of(tuning).ShouldBe([new TuneAdapterSlice(RunScenario.Id, 1, 1)]);
        NextMessages.Of(Scenario.UpTo(Stage.Evaluation)).ShouldBe([new AdapterTrained(RunScenario.Id, 1, "adapter", "file:///adapter", 0.4)]);
        NextMessages.Of(Scenario.UpTo(Stage.Model)).ShouldHaveSingleItem().ShouldBeOfType<ModelEvaluated>().Evaluation.ShouldBe("eval");
    }

    [Fact]
    public void After_the_model_nothing_is_left() => NextMessages.Of(Scenario.UpTo((Stage)int.MaxValue)).ShouldBeEmpty();

    [Theory]
    [InlineData(RunStatus.Failed)]
    [InlineData(RunStatus.Cancelled)]
    [InlineData(RunStatus.Completed)]
    public void A_run_that_is_over_orders_nothing_at_any_point(RunStatus status)
    {
        foreach (var stage in Enum.GetValues<Stage>())
        {
            NextMessages.Of(Scenario.UpTo(stage) with { Status = status }).ShouldBeEmpty();
        }
    }

    [Fact]
    public void Every_message_carries_the_runs_generation_even_where_an_older_one_made_the_outcome()
    {
        foreach (var stage in Enum.GetValues<Stage>())
        {
            NextMessages.Of(Scenario.UpTo(stage, generation: 1) with { Generation = 5 }).ShouldAllBe(m => m.Generation == 5);
        }
    }

    [Fact]
    public void Two_last_units_both_announce_what_follows()
    {
        var run = Scenario.UpTo(Stage.Scores);
        foreach (var last in new[] { "c1/t1", "c2/t2" })
        {
            NextMessages.EnabledBy(run, new UnitKey(Stage.Partials, last)).ShouldBe([new CombineScores(RunScenario.Id, 1)]);
        }
    }

    [Fact]
    public void A_unit_that_is_not_the_last_announces_nothing_that_was_possible_before()
    {
        var run = Gradients(Scenario.UpTo(Stage.Gradients), "c1", "t1");
        NextMessages.EnabledBy(run, new UnitKey(Stage.Gradients, "c1/t1")).ShouldBeEmpty();
    }

    [Fact]
    public void What_each_unit_enables_is_enough_to_finish_a_run_in_any_order() => Prop.ForAll(Gen.Choose(0, 10_000).ToArbitrary(), seed =>
    {
        // Nobody asks for everything that is possible: only what the units themselves announce is delivered, in a random order.
        var random = new SeededRandom((ulong)seed);
        var run = Scenario.Start();
        List<IRunMessage> queue = [.. NextMessages.Of(run)];
        while (queue.Count > 0)
        {
            var at = random.NextInt(queue.Count);
            var order = queue[at];
            queue.RemoveAt(at);
            run = Scenario.Do(run, order);
            queue.AddRange(NextMessages.EnabledBy(run, RunScenario.UnitOf(order)));
        }

        return run.IsDone(Stage.Model, "model") && NextMessages.Of(run).Count == 0;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Lost_messages_are_found_again_at_every_point() => Prop.ForAll(Gen.Choose(0, 10_000).ToArbitrary(), seed =>
    {
        // Half of all messages are lost; when the queue has run dry, a sweep asks for everything again.
        var random = new SeededRandom((ulong)seed);
        var run = Scenario.Start();
        List<IRunMessage> queue = [];
        while (NextMessages.Of(run) is { Count: > 0 } sweep)
        {
            queue.AddRange(sweep);
            while (queue.Count > 0)
            {
                var order = queue[^1];
                queue.RemoveAt(queue.Count - 1);
                if (random.NextDouble() < 0.5)
                {
                    run = Scenario.Do(run, order);
                    queue.AddRange(NextMessages.EnabledBy(run, RunScenario.UnitOf(order)));
                }
            }
        }

        return run.IsDone(Stage.Model, "model");
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_unit_set_back_is_ordered_again_before_anything_that_needs_it()
    {
        var run = Scenario.UpTo(Stage.Model).Without(new UnitKey(Stage.Gradients, "c2/t1"));
        NextMessages.Of(run).ShouldBe([new ExtractShard(RunScenario.Id, 1, "c2", "t1")]);
    }

    [Fact]
    public void An_agent_slice_set_back_is_trained_again_and_later_slices_are_kept()
    {
        var run = Scenario.UpTo(Stage.Scores).Without(new UnitKey(Stage.Agent, Units.Slice(2)));
        NextMessages.Of(run).ShouldBe([new TrainAgentSlice(RunScenario.Id, 1, 2)]);
    }

    [Fact]
    public void Message_ids_follow_from_run_generation_type_and_unit()
    {
        var message = new ExtractShard(RunScenario.Id, 1, "c1", "t1");
        EventLog.MessageId(message).ShouldBe(EventLog.MessageId(message with { }));
        new[]
        {
            EventLog.MessageId(message), EventLog.MessageId(message with { Generation = 2 }), EventLog.MessageId(message with { Shard = "t2" }),
            EventLog.MessageId(new ScoreShard(RunScenario.Id, 1, "c1", "t1")), EventLog.MessageId(message with { RunId = new Guid(1, 2, 3, new byte[8]) }),
        }.ShouldBeUnique();
    }

    private static RunState WithAgentSlices(int slices)
    {
        var run = Scenario.UpTo(Stage.Agent);
        for (var slice = 0; slice < slices; slice++)
        {
            run = Scenario.Do(run, new TrainAgentSlice(RunScenario.Id, 1, slice));
        }

        return run;
    }

    private static RunState Gradients(RunState run, string checkpoint, string shard) =>
        Scenario.Do(run, new ExtractShard(RunScenario.Id, 1, checkpoint, shard));
}

using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Training;
using ZiGong.Training.Agent;

namespace ZiGong.UnitTests.Training;

public sealed class BatchOrderTests
{
    private static readonly Arbitrary<(int Samples, int Batch, int Seed)> Shapes = Arb.From(
        from samples in Gen.Choose(1, 60)
        from batch in Gen.Choose(1, 70)
        from seed in Gen.Choose(0, 1000)
        select (samples, batch, seed));

    [Fact]
    public void Every_pass_sees_every_sample_once() => Prop.ForAll(Shapes, shape =>
    {
        var order = new BatchOrder(shape.Samples, shape.Batch, (ulong)shape.Seed);
        return Enumerable.Range(0, 3).All(pass => Enumerable.Range(pass * order.StepsPerEpoch, order.StepsPerEpoch)
            .SelectMany(step => order.At(step).ToArray())
            .Order()
            .SequenceEqual(Enumerable.Range(0, shape.Samples)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Training_that_resumes_at_any_step_sees_the_same_batches() => Prop.ForAll(Shapes, shape =>
    {
        var whole = new BatchOrder(shape.Samples, shape.Batch, (ulong)shape.Seed);
        var steps = 3 * whole.StepsPerEpoch;
        var batches = Enumerable.Range(0, steps).Select(step => whole.At(step).ToArray()).ToList();
        return Enumerable.Range(0, steps).All(step =>
            new BatchOrder(shape.Samples, shape.Batch, (ulong)shape.Seed).At(step).SequenceEqual(batches[step]));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Only_the_last_batch_of_a_pass_is_smaller()
    {
        var order = new BatchOrder(10, 4, 1);
        Enumerable.Range(0, 6).Select(step => order.At(step).Length).ShouldBe([4, 4, 2, 4, 4, 2]);
    }

    [Fact]
    public void Passes_and_seeds_have_orders_of_their_own()
    {
        var order = new BatchOrder(50, 50, 1);
        var first = order.At(0).ToArray();
        order.At(1).ToArray().ShouldNotBe(first);
        new BatchOrder(50, 50, 2).At(0).ToArray().ShouldNotBe(first);
    }

    [Theory]
    [InlineData(100, 32, 1, 0, 4)]
    [InlineData(100, 32, 3, 0, 12)]
    [InlineData(100, 32, 1, 30, 30)]
    [InlineData(1, 32, 1, 0, 1)]
    [InlineData(64, 32, 2, 4, 4)]
    public void Small_data_is_passed_over_until_the_minimum_is_done(int samples, int batch, int epochs, int minimum, int steps) =>
        BatchOrder.Steps(samples, batch, epochs, minimum).ShouldBe(steps);
}

public sealed class AgentPlanTests
{
    private static readonly AgentOptions Options = new() { BatchSize = 10, Epochs = 1, MinimumSteps = 3, WarmupSteps = 4, LearningRate = 0.1 };

    [Fact]
    public void Steps_go_on_through_the_periods()
    {
        var plan = new AgentPlan([50, 10, 25], Options);
        Enumerable.Range(0, 3).Select(plan.StepsIn).ShouldBe([5, 3, 3]);
        Enumerable.Range(0, 3).Select(plan.FirstStepOf).ShouldBe([0L, 5L, 8L]);
    }

    [Fact]
    public void The_rate_rises_over_the_warm_up_and_then_stays()
    {
        var plan = new AgentPlan([50, 10], Options);
        var rates = Enumerable.Range(0, 8).Select(step => plan.RateAt(step)).ToArray();
        rates.ShouldBe([0.02, 0.04, 0.06, 0.08, 0.1, 0.1, 0.1, 0.1], 1e-12);
    }

    [Fact]
    public void A_checkpoints_rate_is_the_sum_of_the_rates_since_the_one_before()
    {
        var plan = new AgentPlan([50, 10, 25], Options);
        plan.RateSum(0).ShouldBe(0.02 + 0.04 + 0.06 + 0.08 + 0.1, 1e-12);
        plan.RateSum(1).ShouldBe(0.3, 1e-12);
        plan.RateSum(2).ShouldBe(0.3, 1e-12);
    }

    [Fact]
    public void A_warm_up_longer_than_the_first_period_goes_on_in_the_second()
    {
        var plan = new AgentPlan([20, 20], Options with { MinimumSteps = 0 });
        plan.RateSum(0).ShouldBe(0.02 + 0.04, 1e-12);
        plan.RateSum(1).ShouldBe(0.06 + 0.08, 1e-12);
    }

    [Fact]
    public void The_sums_of_all_periods_are_the_sum_over_all_steps()
    {
        var plan = new AgentPlan([7, 100, 31, 64], Options with { Epochs = 2 });
        var steps = (int)(plan.FirstStepOf(3) + plan.StepsIn(3));
        Enumerable.Range(0, plan.Periods).Sum(plan.RateSum).ShouldBe(Enumerable.Range(0, steps).Sum(step => plan.RateAt(step)), 1e-9);
    }
}

using Shouldly;
using Xunit;
using ZiGong.Reports.Runs;
using ZiGong.Storage.Entities;

namespace ZiGong.UnitTests.Reports.Runs;

public sealed class RunViewTests
{
    private static readonly Guid Id = new("0199d0a2-77a1-7d11-b1f0-5b1b0f3f9d10");

    [Fact]
    public void A_failed_run_ends_by_stage_unit_reason_and_what_to_do()
    {
        var failure = View(
            RunStatus.Failed, """{"Stage":"Gradients","FailedUnit":"c1/s2","Reason":"it broke","WhatToDo":"mend it","Input":true,"Details":"at X"}""").Failure!;

        failure.Message.ShouldBe($"run {Id} failed in stage Gradients, unit c1/s2: it broke\n        mend it");
        (failure.Input, failure.Details).ShouldBe((true, "at X"));
    }

    [Theory]
    [InlineData("""{"Stage":"Agent","Input":false}""", false)]
    [InlineData("""{"Stage":"Agent"}""", false)]
    [InlineData("""{"Stage":"Agent","Input":"true"}""", false)]
    public void A_failure_that_says_less_is_read_as_far_as_it_goes(string json, bool input)
    {
        var failure = View(RunStatus.Failed, json).Failure!;

        failure.Message.ShouldStartWith($"run {Id} failed in stage Agent, unit : ");
        failure.Input.ShouldBe(input);
    }

    [Theory]
    [InlineData(RunStatus.Running)]
    [InlineData(RunStatus.Completed)]
    public void A_run_that_goes_on_or_is_done_has_no_failure_even_where_an_earlier_generation_left_one(RunStatus status) =>
        View(status, """{"Stage":"Agent"}""").Failure.ShouldBeNull();

    [Fact]
    public void A_failed_run_without_a_record_has_none() => View(RunStatus.Failed, null).Failure.ShouldBeNull();

    [Fact]
    public void A_cancelled_run_says_how_to_go_on_with_it()
    {
        var failure = View(RunStatus.Cancelled, null).Failure!;

        failure.Message.ShouldBe($"run {Id} was cancelled\n        to go on with it: zigong replay 0199d0a2-77a1 --from STAGE --units missing");
        failure.Input.ShouldBeFalse();
    }

    private static RunView View(RunStatus status, string? failure) => new(new RunRow { RunId = Id, Status = status, Failure = failure }, null, [], []);
}

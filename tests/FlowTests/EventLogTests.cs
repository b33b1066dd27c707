using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting;
using ZiGong.Pipeline;

namespace ZiGong.FlowTests;

/// <summary>Numbers of events, for readers that remember the last one they saw.</summary>
[Collection("light")]
public sealed class EventLogTests : IAsyncLifetime
{
    private readonly Guid _run = Guid.Parse("019a3c52-7d1e-7000-8000-000000000001");
    private Lab _lab = null!;

    public async Task InitializeAsync() => _lab = await Lab.NewAsync();

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task A_number_is_never_given_twice_though_the_newest_events_are_deleted()
    {
        await AppendAsync(Event("a"), Event("b"), Event("c"));
        await _lab.ExecuteAsync("delete from zigong.pipeline_events where sequence >= 2");

        await AppendAsync(Event("d"));

        (await AfterAsync(3)).ShouldBe([(4, "d")], "a reader who has read event 3 meets the next one");
    }

    [Fact]
    public async Task The_counter_goes_on_behind_the_numbers_of_a_version_that_does_not_know_it()
    {
        await AppendAsync(Event("a"));
        await _lab.ExecuteAsync(
            """
            insert into zigong.pipeline_events (sequence, message_id, run_id, generation, type, unit, payload)
            select max(sequence) + 1, gen_random_uuid(), run_id, generation, type, 'older', payload
            from zigong.pipeline_events group by run_id, generation, type, payload
            """);

        await AppendAsync(Event("b"), Event("c"));

        (await AfterAsync(0)).ShouldBe([(1, "a"), (2, "older"), (3, "b"), (4, "c")]);
    }

    [Fact]
    public async Task An_event_that_is_there_already_takes_no_number()
    {
        await AppendAsync(Event("a"), Event("b"));
        await AppendAsync(Event("b"), Event("c"), Event("a"), Event("d"));
        (await AfterAsync(0)).ShouldBe([(1, "a"), (2, "b"), (3, "c"), (4, "d")]);
    }

    [Fact]
    public async Task What_is_rolled_back_leaves_no_hole()
    {
        await using (var connection = await _lab.Source.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            await EventLog.AppendAsync(connection, transaction, [Event("a")], default);
            await transaction.RollbackAsync();
        }

        await AppendAsync(Event("b"));
        (await AfterAsync(0)).ShouldBe([(1, "b")]);
    }

    private ReferenceAveraged Event(string checkpoint) => new(_run, 1, checkpoint, 1);

    private async Task AppendAsync(params IRunMessage[] events)
    {
        await using var connection = await _lab.Source.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await EventLog.AppendAsync(connection, transaction, events, default);
        await transaction.CommitAsync();
    }

    private async Task<List<(long Sequence, string Shard)>> AfterAsync(long cursor)
    {
        await using var db = _lab.NewContext();
        var rows = await db.PipelineEvents.Where(e => e.Sequence > cursor).OrderBy(e => e.Sequence).ToListAsync();
        return rows.ConvertAll(r => (r.Sequence, r.Unit.Split('/')[^1]));
    }
}

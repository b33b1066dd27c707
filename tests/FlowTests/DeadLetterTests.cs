using System.Net.Mime;
using System.Text;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Control;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests;

/// <summary>Messages that nobody can deal with are kept with their bytes, on the real bus configuration.</summary>
[Collection("light")]
public sealed class DeadLetterTests : IAsyncLifetime
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(120);
    private Lab _lab = null!;
    private IHost _host = null!;
    private Guid _run;

    private DeadLetters Letters => _host.Services.GetRequiredService<DeadLetters>();

    public async Task InitializeAsync()
    {
        _lab = await Lab.NewAsync();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<Mood>();
        builder.Services.AddPipeline(_lab.Options, pipeline =>
        {
            pipeline.AddRunRequests();
            pipeline.AddConsumer<MoodyConsumer>(1);
        });
        _host = builder.Build();
        await _host.StartAsync();
        _run = await _host.Services.GetRequiredService<RunRequests>().RequestAsync(Borrowers.Descriptor, Lab.Small, RunKind.Full, default);
    }

    public async Task DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        await _lab.DisposeAsync();
    }

    [Theory]
    [InlineData("\u0000\u0001 not JSON at all")]
    [InlineData("{\"messageType\":[\"urn:message:ZiGong.Contracts:CombineScores\"],\"message\":{\"runId\":\"no guid\",\"generation\":\"one\"}}")]
    public async Task Bytes_that_are_no_message_are_kept_and_go_on_to_the_error_queue(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var moved = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        var error = _host.Services.GetRequiredService<IBusControl>().ConnectReceiveEndpoint(
            "moody_error", e => e.ConfigureReceive(pipe => pipe.UseExecute(context => moved.TrySetResult(context.Body.GetBytes()))));
        await error.Ready;

        await SendAsync(bytes);

        var letter = await LetterAsync();
        (letter.Queue, letter.State, letter.RunId).ShouldBe(("moody", DeadLetterState.Open, null));
        letter.Body.ShouldBe(bytes);
        letter.Exception.ShouldNotBeEmpty();
        (await moved.Task.WaitAsync(Deadline)).ShouldBe(bytes);
        (await Should.ThrowAsync<InputException>(() => Letters.RequeueAsync(letter.Id, Operators.Actor, default))).Message.ShouldContain("discard it");
        (await Letters.FindAsync(letter.Id, default)).State.ShouldBe(DeadLetterState.Open);
    }

    [Fact]
    public async Task A_message_whose_consumer_fails_to_the_last_retry_is_kept_and_can_be_sent_again()
    {
        var mood = _host.Services.GetRequiredService<Mood>();
        await _host.Services.GetRequiredService<IBus>().Publish(new CombineScores(_run, 1));
        var letter = await LetterAsync();
        (letter.MessageType, letter.RunId, letter.Queue).ShouldBe((nameof(CombineScores), _run, "moody"));
        letter.Exception.ShouldContain("in a bad mood");
        (await Letters.ListAsync(all: false, 10, default)).ShouldHaveSingleItem().Body.ShouldBeEmpty();

        mood.Good = true;
        var handled = await Letters.RequeueAsync(letter.Id, Operators.Actor, default);

        (await mood.Heard.Task.WaitAsync(Deadline)).ShouldBe(new CombineScores(_run, 1));
        (handled.State, handled.HandledBy).ShouldBe((DeadLetterState.Requeued, Operators.Actor));
        (await Letters.ListAsync(all: false, 10, default)).ShouldBeEmpty();
        (await Letters.ListAsync(all: true, 10, default)).Count.ShouldBe(1);
        var note = (await _lab.AuditAsync()).ShouldHaveSingleItem();
        (note.Actor, note.Action, note.Target).ShouldBe((Operators.Actor, "requeue", $"dead letter {letter.Id}"));
        (await Should.ThrowAsync<InputException>(() => Letters.RequeueAsync(letter.Id, Operators.Actor, default))).Message.ShouldContain("requeued already");
    }

    [Fact]
    public async Task An_outage_that_outlasts_the_retries_makes_no_dead_letter()
    {
        var mood = _host.Services.GetRequiredService<Mood>();
        mood.Fault = () => new InvalidOperationException("saving failed", new NpgsqlException("the database is away"));
        await _host.Services.GetRequiredService<IBus>().Publish(new CombineScores(_run, 1));
        await _lab.UntilAsync(_ => Task.FromResult(mood.Seen > 1 ? "" : null), "a retry");
        await _host.Services.GetRequiredService<IBus>().Publish(new CombineScores(_run, 2));
        await _lab.UntilAsync(_ => Task.FromResult(mood.Generation == 2 ? "" : null), "the next message: the queue hands out one at a time");

        mood.Good = true;
        (await mood.Heard.Task.WaitAsync(Deadline)).ShouldBe(new CombineScores(_run, 2), "the first one is over");
        (await Letters.ListAsync(all: true, 10, default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_command_that_is_too_slow_at_every_try_makes_a_dead_letter_in_a_database_that_answers()
    {
        _host.Services.GetRequiredService<Mood>().Fault = () => new NpgsqlException("Exception while reading from stream", new TimeoutException());
        await _host.Services.GetRequiredService<IBus>().Publish(new CombineScores(_run, 1));
        (await LetterAsync()).Exception.ShouldContain($"the command of {nameof(MoodyConsumer)}.{nameof(MoodyConsumer.Consume)} in time");
    }

    [Fact]
    public async Task A_message_of_an_old_generation_is_not_sent_again()
    {
        var id = await InsertAsync($$$"""{"messageType":["urn:message:ZiGong.Contracts:CombineScores"],"message":{"runId":"{{{_run}}}","generation":1}}""");
        await _host.Services.GetRequiredService<RunOperations>().ReplayAsync(_run.From(Stage.Snapshot), Operators.Actor, default);
        var e = await Should.ThrowAsync<InputException>(() => Letters.RequeueAsync(id, Operators.Actor, default));
        e.Message.ShouldContain("in generation 2, the message of generation 1");
    }

    [Fact]
    public async Task Discarding_takes_a_reason_and_happens_once()
    {
        var id = await InsertAsync("rubbish");
        (await Should.ThrowAsync<InputException>(() => Letters.DiscardAsync(id, " ", Operators.Actor, default))).Message.ShouldContain("--reason");
        var discarded = await Letters.DiscardAsync(id, "sent by a test", Operators.Actor, default);
        (discarded.State, discarded.Reason, discarded.HandledBy).ShouldBe((DeadLetterState.Discarded, "sent by a test", Operators.Actor));
        discarded.HandledAt.ShouldNotBeNull();
        (await Should.ThrowAsync<InputException>(() => Letters.DiscardAsync(id, "again", Operators.Actor, default))).Message.ShouldContain("discarded already");
        (await Should.ThrowAsync<InputException>(() => Letters.DiscardAsync(id + 1, "none", Operators.Actor, default))).Message
            .ShouldContain("there is no dead letter");
        (await _lab.AuditAsync()).Select(a => a.Action).ShouldBe(["discard"]);
    }

    [Fact]
    public async Task Failed_units_of_failed_runs_are_listed_with_their_error()
    {
        await _lab.ExecuteAsync(
            $"""
            insert into zigong.work_units (run_id, stage, unit, state, generation, attempts, error)
            values ('{_run}', 'Scores', 'scores', 'Failed', 1, 2, 'the loss is NaN');
            """);
        (await Letters.FailedUnitsAsync(10, default)).ShouldBeEmpty("the run goes on");
        await _lab.ExecuteAsync("update zigong.runs set status = 'Failed'");
        (await Letters.FailedUnitsAsync(10, default)).ShouldBe([new FailedUnit(_run, "Scores", "scores", 2, "the loss is NaN")]);
    }

    private async Task SendAsync(byte[] bytes)
    {
        var queue = await _host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri("queue:moody"));
        await queue.Send(new CombineScores(_run, 1), c => c.Serializer = new RawBytes(bytes));
    }

    private async Task<long> InsertAsync(string body)
    {
        await using var db = _lab.NewContext();
        var row = new DeadLetterRow { Queue = "moody", Body = Encoding.UTF8.GetBytes(body), Exception = "e", ReceivedAt = TimeProvider.System.GetUtcNow() };
        db.DeadLetters.Add(row);
        await db.SaveChangesAsync();
        return row.Id;
    }

    private Task<DeadLetterRow> LetterAsync() => _lab.UntilAsync(async db => await db.DeadLetters.SingleOrDefaultAsync(), "a dead letter");

    private sealed class Mood
    {
        public volatile bool Good;
        public volatile int Seen;
        public volatile int Generation;

        public Func<Exception> Fault { get; set; } = () => new InvalidOperationException("in a bad mood");

        public TaskCompletionSource<CombineScores> Heard { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class MoodyConsumer(Mood mood) : IConsumer<CombineScores>
    {
        public Task Consume(ConsumeContext<CombineScores> context)
        {
            mood.Generation = context.Message.Generation;
            mood.Seen++;
            if (!mood.Good)
            {
                throw mood.Fault();
            }

            mood.Heard.TrySetResult(context.Message);
            return Task.CompletedTask;
        }
    }

    /// <summary>Sends bytes as they are under the usual content type.</summary>
    private sealed class RawBytes(byte[] bytes) : IMessageSerializer
    {
        public ContentType ContentType { get; } = new("application/vnd.masstransit+json");

        public MessageBody GetMessageBody<T>(SendContext<T> context)
            where T : class => new BytesMessageBody(bytes);
    }
}

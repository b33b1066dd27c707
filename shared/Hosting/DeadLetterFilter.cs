using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using ZiGong.Hosting.Telemetry;

namespace ZiGong.Hosting;

/// <summary>
/// Records a message that could not be read or whose consumer failed after all retries, and lets it go on to the transport's
/// <c>_error</c> queue. The stage runner turns ordinary failures into attempts, so what arrives here is rare.
/// </summary>
internal sealed class DeadLetterFilter(NpgsqlDataSource source, ILogger<DeadLetterFilter> log) : IFilter<ExceptionReceiveContext>
{
    /// <summary>On the error pipe of every endpoint, whatever the transport; what MassTransit does by default comes after it.</summary>
    public static void AddTo(IBusRegistrationConfigurator bus) => bus.AddConfigureEndpointsCallback((context, _, endpoint) =>
    {
        endpoint.ConfigureError(pipe =>
            pipe.UseFilter(new DeadLetterFilter(context.GetRequiredService<NpgsqlDataSource>(), context.GetRequiredService<ILogger<DeadLetterFilter>>())));
        endpoint.ConfigureDefaultErrorTransport();
    });

    public async Task Send(ExceptionReceiveContext context, IPipe<ExceptionReceiveContext> next)
    {
        var slow = Outage.IsSlowCommand(context.Exception);
        if (Outage.IsOne(context.Exception) && !slow)
        {
            LeaveToSweeper(context);
            return;
        }

        try
        {
            await RecordAsync(context);
        }
        catch (Exception e) when (slow && Outage.OfDatabase(e))
        {
            // Not one slow command, then: the database answers nothing.
            LeaveToSweeper(context);
            return;
        }
        catch (Exception e)
        {
            // The database is away, most likely: then the message is in the error queue alone, and the sweeper sends its order again.
            log.LogError(e, "a dead letter of {Queue} could not be recorded", context.InputAddress);
        }

        PipelineTelemetry.DeadLetters.Add(1, new KeyValuePair<string, object?>("queue", QueueOf(context)));
        await next.Send(context);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("deadLetters");

    /// <summary>Nothing is wrong with the message: database or broker was away for longer than the retries. The sweeper orders anew what is needed.</summary>
    private void LeaveToSweeper(ExceptionReceiveContext context) =>
        log.LogWarning("a message of {Queue} is left to the sweeper: {Reason}", context.InputAddress, context.Exception.Message);

    private async Task RecordAsync(ExceptionReceiveContext context)
    {
        var body = context.Body.GetBytes();
        var envelope = MessageEnvelope.Read(body);
        log.LogError(context.Exception, "a message of {Queue} ({Type}, run {Run}) is a dead letter", context.InputAddress, envelope.Type, envelope.RunId);
        await using var insert = source.CreateCommand(
            "insert into zigong.dead_letters (queue, message_type, message_id, run_id, body, exception) values ($1, $2, $3, $4, $5, $6)");
        insert.Parameters.AddWithValue(QueueOf(context));
        insert.Parameters.AddWithValue(Printable(envelope.Type));
        insert.Parameters.Add(new NpgsqlParameter { Value = (object?)envelope.MessageId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        insert.Parameters.Add(new NpgsqlParameter { Value = (object?)envelope.RunId ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.Uuid });
        insert.Parameters.AddWithValue(body);
        insert.Parameters.AddWithValue(Printable(
            (Outage.IsSlowCommand(context.Exception) ? new SlowCommandException(context.Exception) : context.Exception).ToString()));
        await insert.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private static string QueueOf(ExceptionReceiveContext context) => context.InputAddress.Segments[^1].Trim('/');

    // PostgreSQL's text holds every character but this one.
    private static string Printable(string text) => text.Replace("\0", "\\0", StringComparison.Ordinal);
}

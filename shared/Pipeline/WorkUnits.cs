using Npgsql;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline.Stages;
using ZiGong.Storage;

namespace ZiGong.Pipeline;

/// <summary>What taking a unit came to.</summary>
public enum LeaseOutcome
{
    Taken,
    AlreadyDone,

    /// <summary>Another worker's, waiting for its next attempt, failed, ordered under an older generation, or put off while the pipeline is paused.</summary>
    NotNow,
}

/// <summary>A unit that belongs to this worker until the lease runs out.</summary>
/// <param name="Recompute">A replay wants fresh work whatever the keys say.</param>
public sealed record Lease(LeaseOutcome Outcome, Guid Token, bool Recompute, int Attempts);

/// <summary>The rows of <c>work_units</c>: leases by the database's clock.</summary>
public sealed class WorkUnits(NpgsqlDataSource source, PipelineOptions options, TimeProvider time)
{
    /// <summary>Who takes units here. An embedded host frees what embedded hosts before it left behind; leases of services are not its business.</summary>
    public string Worker { get; } = $"{(options.Transport == "memory" ? "embedded" : "service")}/{Environment.MachineName}/{Environment.ProcessId}";

    /// <summary>
    /// Leases a unit, unless somebody else has it, it is done, or the pipeline is paused. Replay and cancel wait for this, and this for them.
    /// </summary>
    public async Task<Lease> TakeAsync(IRunMessage message, UnitKey unit, CancellationToken ct)
    {
        await using var connection = await source.OpenConnectionAsync(ct);
        await AddAsync(connection, message, unit, ct);
        return await TryLeaseAsync(connection, message, unit, ct)
            ?? new Lease(await IsDoneAsync(connection, message, unit, ct) ? LeaseOutcome.AlreadyDone : LeaseOutcome.NotNow, Guid.Empty, false, 0);
    }

    /// <summary>The first order of a unit makes its row.</summary>
    private static async Task AddAsync(NpgsqlConnection connection, IRunMessage message, UnitKey unit, CancellationToken ct)
    {
        await using var take = new NpgsqlCommand(
            """
            with ordered as (
                select run_id, recompute_stage from zigong.runs where run_id = @run and generation = @generation and status = 'Running' for share
            ), added as (
                insert into zigong.work_units (run_id, stage, unit, state, generation, recompute)
                select run_id, @stage, @unit, 'Pending', @generation, coalesce(recompute_stage = @stage, false) from ordered
                on conflict do nothing
            )
            select 1
            """,
            connection);
        Identify(take, message.RunId, unit);
        take.Parameters.AddWithValue("generation", message.Generation);
        await take.ExecuteNonQueryAsync(ct);
    }

    private async Task<Lease?> TryLeaseAsync(NpgsqlConnection connection, IRunMessage message, UnitKey unit, CancellationToken ct)
    {
        var token = Guid.CreateVersion7(time.GetUtcNow());
        await using var lease = new NpgsqlCommand(
            """
            with ordered as (
                select run_id from zigong.runs where run_id = @run and generation = @generation and status = 'Running'
                  and not exists (select 1 from zigong.pipeline_switch where paused)
                for share
            )
            update zigong.work_units u
            set state = 'Leased', lease_token = @token, lease_expires_at = now() + make_interval(secs => @lease), worker = @worker,
                generation = @generation, started_at = coalesce(started_at, now()), done = 0, total = 0
            from ordered r
            where u.run_id = r.run_id and u.stage = @stage and u.unit = @unit
              and (u.state = 'Pending' or (u.state = 'Leased' and u.lease_expires_at < now()))
              and (u.next_attempt_at is null or u.next_attempt_at <= now())
            returning u.recompute, u.attempts
            """,
            connection);
        Identify(lease, message.RunId, unit);
        lease.Parameters.AddWithValue("generation", message.Generation);
        lease.Parameters.AddWithValue("token", token);
        lease.Parameters.AddWithValue("lease", options.LeaseSeconds);
        lease.Parameters.AddWithValue("worker", Worker);
        await using var row = await lease.ExecuteReaderAsync(ct);
        return await row.ReadAsync(ct) ? new Lease(LeaseOutcome.Taken, token, row.GetBoolean(0), row.GetInt32(1)) : null;
    }

    private static async Task<bool> IsDoneAsync(NpgsqlConnection connection, IRunMessage message, UnitKey unit, CancellationToken ct)
    {
        await using var look = new NpgsqlCommand(
            """
            select count(*) from zigong.work_units u join zigong.runs r using (run_id)
            where u.run_id = @run and u.stage = @stage and u.unit = @unit and u.state = 'Done' and r.generation = @generation
            """,
            connection);
        Identify(look, message.RunId, unit);
        look.Parameters.AddWithValue("generation", message.Generation);
        return (long)(await look.ExecuteScalarAsync(ct))! > 0;
    }

    /// <summary>Whether somebody works on any unit of a run.</summary>
    public async Task<bool> AnyAtWorkAsync(Guid runId, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            "select exists (select 1 from zigong.work_units where run_id = $1 and state = 'Leased' and lease_expires_at > now())");
        command.Parameters.AddWithValue(runId);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Prolongs a lease and notes how far the work is.</summary>
    /// <returns>False when the unit belongs to somebody else by now, or the run was cancelled, replayed or failed meanwhile.</returns>
    public async Task<bool> HeartbeatAsync(Guid runId, UnitKey unit, Guid token, double done, double total, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            update zigong.work_units u set lease_expires_at = now() + make_interval(secs => @lease), done = @done, total = @total
            from zigong.runs r
            where u.run_id = @run and u.stage = @stage and u.unit = @unit and u.lease_token = @token
              and r.run_id = u.run_id and r.status = 'Running' and r.generation = u.generation
            """);
        Identify(command, runId, unit);
        command.Parameters.AddWithValue("token", token);
        command.Parameters.AddWithValue("lease", options.LeaseSeconds);
        command.Parameters.AddWithValue("done", done);
        command.Parameters.AddWithValue("total", total);
        return await command.ExecuteNonQueryAsync(ct) == 1;
    }

    /// <summary>Gives a unit back untouched: the work was cancelled, or the database or broker failed underneath it.</summary>
    public Task ReleaseAsync(Guid runId, UnitKey unit, Guid token, CancellationToken ct) =>
        ChangeAsync("state = 'Pending', lease_token = null, lease_expires_at = null", runId, unit, token, null, 0, ct);

    /// <summary>Counts a failed attempt; the unit is tried again after <paramref name="backOffSeconds"/>.</summary>
    public Task RetryLaterAsync(Guid runId, UnitKey unit, Guid token, string error, double backOffSeconds, CancellationToken ct) =>
        ChangeAsync(
            "state = 'Pending', lease_token = null, lease_expires_at = null, attempts = attempts + 1, error = @error, "
            + "next_attempt_at = now() + make_interval(secs => @backoff)",
            runId, unit, token, error, backOffSeconds, ct);

    /// <summary>
    /// Sets the makers of a damaged artifact back, so that they are done again. Slices build upon each other and those of a fresh training
    /// may be cut elsewhere than those of a reused one, so all after a damaged slice go with it.
    /// </summary>
    public async Task RemakeAsync(Guid runId, string artifact, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            """
            update zigong.work_units u set state = 'Pending', recompute = true
            from zigong.work_units made join zigong.results r on r.key = made.result
            where made.run_id = @run and made.state = 'Done' and (r.content = @artifact or @artifact = any(r.parts))
              and u.run_id = made.run_id and u.stage = made.stage and u.state = 'Done'
              and (u.unit = made.unit or (made.stage = any(@sliced) and u.unit > made.unit))
            """);
        command.Parameters.AddWithValue("run", runId);
        command.Parameters.AddWithValue("artifact", artifact);
        command.Parameters.AddWithValue("sliced", StageCatalogue.Sliced.ToArray());
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Sets a finished unit back, so that it is done again.</summary>
    public async Task RepeatAsync(Guid runId, UnitKey unit, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            "update zigong.work_units set state = 'Pending', recompute = true where run_id = @run and stage = @stage and unit = @unit and state = 'Done'");
        Identify(command, runId, unit);
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task ChangeAsync(string change, Guid runId, UnitKey unit, Guid token, string? error, double backOffSeconds, CancellationToken ct)
    {
        await using var command = source.CreateCommand(
            $"update zigong.work_units set {change} where run_id = @run and stage = @stage and unit = @unit and lease_token = @token");
        Identify(command, runId, unit);
        command.Parameters.AddWithValue("token", token);
        command.Parameters.AddWithValue("error", (object?)error ?? DBNull.Value);
        command.Parameters.AddWithValue("backoff", backOffSeconds);
        await command.ExecuteNonQueryAsync(ct);
    }

    private static void Identify(NpgsqlCommand command, Guid runId, UnitKey unit)
    {
        command.Parameters.AddWithValue("run", runId);
        command.Parameters.AddWithValue("stage", unit.Stage.ToString());
        command.Parameters.AddWithValue("unit", unit.Unit);
    }
}

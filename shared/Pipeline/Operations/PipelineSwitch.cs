using Microsoft.EntityFrameworkCore;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Pipeline.Api;
using ZiGong.Storage;

namespace ZiGong.Pipeline.Operations;

/// <summary>Whether units are handed out.</summary>
/// <param name="Reason">Why it is paused; empty while it is not.</param>
/// <param name="ChangedBy">Who paused or resumed it last; empty if nobody ever did.</param>
public sealed record PipelineState(bool Paused, string Reason, string ChangedBy, DateTimeOffset ChangedAt);

/// <summary>Pauses and resumes the whole pipeline: while it is paused no unit begins, and those under way finish.</summary>
public sealed class PipelineSwitch(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>Pausing what is paused only changes the reason.</summary>
    public Task<PipelineState> PauseAsync(string reason, string actor, CancellationToken ct) => SetAsync(true, reason, actor, ct);

    /// <summary>The sweeper sends what was put off, within its interval.</summary>
    /// <exception cref="InputException">The pipeline is not paused.</exception>
    public async Task<PipelineState> ResumeAsync(string actor, CancellationToken ct) => (await StateAsync(ct)).Paused
        ? await SetAsync(false, "", actor, ct)
        : throw new InputException("the pipeline is not paused; a run that stands still goes on with: zigong retry RUN");

    public async Task<PipelineState> StateAsync(CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        return await StateAsync(db, ct);
    }

    /// <summary>The same for whoever has a context already.</summary>
    public static async Task<PipelineState> StateAsync(PipelineDb db, CancellationToken ct)
    {
        var row = await db.PipelineSwitch.SingleAsync(ct);
        return new PipelineState(row.Paused, row.Reason, row.ChangedBy, row.ChangedAt);
    }

    private async Task<PipelineState> SetAsync(bool paused, string reason, string actor, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.PipelineSwitch.ExecuteUpdateAsync(
            set => set
                .SetProperty(r => r.Paused, paused)
                .SetProperty(r => r.Reason, reason)
                .SetProperty(r => r.ChangedBy, actor)
                .SetProperty(r => r.ChangedAt, r => PipelineDb.Now()),
            ct);
        await Audit.NoteAsync(db, actor, paused ? "pause" : "resume", "pipeline", new { Reason = reason }, time, ct);
        await transaction.CommitAsync(ct);
        return await StateAsync(db, ct);
    }
}

using Npgsql;

namespace ZiGong.Control.Operations;

/// <summary>Whether units are handed out.</summary>
/// <param name="Reason">Why it is paused; empty while it is not.</param>
/// <param name="ChangedBy">Who paused or resumed it last; empty if nobody ever did.</param>
public sealed record PipelineState(bool Paused, string Reason, string ChangedBy, DateTimeOffset ChangedAt);

/// <summary>Pauses and resumes the whole pipeline: while it is paused no unit begins, and those under way finish.</summary>
public sealed class PipelineSwitch(NpgsqlDataSource source, TimeProvider time)
{
    /// <summary>Pausing what is paused only changes the reason.</summary>
    public Task<PipelineState> PauseAsync(string reason, string actor, CancellationToken ct) => throw new NotImplementedException($"{source}{time}");

    /// <summary>The sweeper sends what was put off; that takes its interval.</summary>
    public Task<PipelineState> ResumeAsync(string actor, CancellationToken ct) => throw new NotImplementedException();

    public Task<PipelineState> StateAsync(CancellationToken ct) => throw new NotImplementedException();
}

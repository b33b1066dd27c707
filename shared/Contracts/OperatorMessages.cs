namespace ZiGong.Contracts;

/// <summary>An operator ended the run; only a replay sets it going again.</summary>
public sealed record RunCancelled(Guid RunId, int Generation, string Reason) : IRunMessage
{
    public string Unit => "run";
}

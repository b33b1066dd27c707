namespace ZiGong.Contracts;

/// <summary>
/// What every message of a run carries. The generation is raised by a replay; work that was ordered under an older one
/// is dropped at commit.
/// </summary>
public interface IRunMessage
{
    Guid RunId { get; }

    int Generation { get; }

    /// <summary>What the message is about within the run; with the type it makes the message unique.</summary>
    string Unit { get; }
}

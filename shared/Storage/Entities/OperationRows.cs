namespace ZiGong.Storage.Entities;

/// <summary>The one row that says whether units are handed out.</summary>
public sealed class PipelineSwitchRow
{
    /// <summary>Always <c>pipeline</c>.</summary>
    public string Name { get; set; } = "";

    public bool Paused { get; set; }

    public string Reason { get; set; } = "";

    public string ChangedBy { get; set; } = "";

    public DateTimeOffset ChangedAt { get; set; }
}

public enum DeadLetterState
{
    Open,
    Requeued,
    Discarded,
}

/// <summary>A message that no consumer could deal with.</summary>
public sealed class DeadLetterRow
{
    public long Id { get; set; }

    public string Queue { get; set; } = "";

    /// <summary>Name of the message type; empty where the message does not say it.</summary>
    public string MessageType { get; set; } = "";

    public Guid? MessageId { get; set; }

    public Guid? RunId { get; set; }

    /// <summary>The bytes as they came, which need not be text.</summary>
    public byte[] Body { get; set; } = [];

    public string Exception { get; set; } = "";

    public DateTimeOffset ReceivedAt { get; set; }

    public DeadLetterState State { get; set; }

    /// <summary>Why it was discarded.</summary>
    public string? Reason { get; set; }

    public string? HandledBy { get; set; }

    public DateTimeOffset? HandledAt { get; set; }
}

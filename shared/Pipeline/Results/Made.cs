using ZiGong.Contracts;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Results;

/// <summary>What a unit has made and nobody has stored yet.</summary>
/// <param name="Content">Hash of the artifact; of rows a hash of what they say.</param>
/// <param name="Summary">The few figures that others want to know without opening it.</param>
public sealed record Made<T>(ResultKind Kind, string Content, T Summary)
{
    /// <summary>Further artifacts without which it is worth nothing.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>Of rows: how many there are.</summary>
    public int? Rows { get; init; }

    /// <summary>Writes its rows inside the transaction that ends the unit; what lies under the same key is not whole and gives way.</summary>
    public Func<PipelineDb, CancellationToken, Task>? Save { get; init; }
}

/// <summary>What is told of a result.</summary>
/// <param name="Outcome">The event that ends the unit; null where nobody has to hear of it.</param>
public sealed record Told(IRunMessage? Outcome, params IReadOnlyList<IRunMessage> Also)
{
    /// <summary>Writes what else is to change with the end of the unit.</summary>
    public Func<PipelineDb, CancellationToken, Task>? Save { get; init; }
}

using ZiGong.Contracts;

namespace ZiGong.Pipeline.Stages;

/// <summary>How a stage is cut into units of work.</summary>
public enum StageShape
{
    /// <summary>One unit, named like the stage.</summary>
    One,

    /// <summary>Slices, each building upon the one before it; how many there are shows with the last one.</summary>
    Slices,

    /// <summary>A unit for every checkpoint of the agent.</summary>
    Checkpoint,

    /// <summary>A unit for every checkpoint and shard.</summary>
    CheckpointShard,

    /// <summary>A unit for every piece of the run's plan.</summary>
    Pieces,
}

/// <summary>One stage of a run: all that lists of stages have to know of it.</summary>
/// <param name="Service">The service that works on it.</param>
/// <param name="Version">Of what it computes, from <see cref="CodeVersions"/>; 0 where nothing is kept under a key.</param>
/// <param name="Orders">Messages that order a unit of it. Of slices the first one orders the first slice, the second any later one.</param>
/// <param name="Events">Messages that tell of its units.</param>
/// <param name="Claims">Option sections and options (<c>Section:Name</c>) that act in it.</param>
public sealed record StageDefinition(
    Stage Stage, string Service, int Version, StageShape Shape, IReadOnlyList<Type> Orders, IReadOnlyList<Type> Events, IReadOnlyList<string> Claims)
{
    /// <summary>Kinds of runs that have it.</summary>
    public IReadOnlyList<RunKind> Kinds { get; init; } = [RunKind.Full, RunKind.Nightly, RunKind.Replay, RunKind.Experiment];

    /// <summary>The words that people may use for it, its own name among them, in the order in which they are listed.</summary>
    public IReadOnlyList<string> Words { get; init; } = [Stage.ToString().ToLowerInvariant()];

    /// <summary>Options that act in it where the agent's base reads words.</summary>
    public IReadOnlyList<string> ClaimsOfWords { get; init; } = [];

    /// <summary>Why its results are never looked up by key; null where they are.</summary>
    public string? Unkeyed { get; init; }

    /// <summary>Of a stage of shards: reference shards take part beside those that train.</summary>
    public bool TakesReferenceShards { get; init; }

    /// <summary>Of slices: whether the event that ended one is that of the last.</summary>
    public Func<string, bool> EndsStage { get; init; } = _ => false;

    /// <summary>Of slices: whether progress counts the one that ended with this event.</summary>
    public Func<string?, bool> Counts { get; init; } = _ => true;

    /// <summary>What progress counts, in the plural.</summary>
    public string Noun { get; init; } = Shape switch
    {
        StageShape.Slices => "slices",
        StageShape.Checkpoint => "checkpoints",
        StageShape.CheckpointShard => "shards",
        StageShape.Pieces => "pieces",
        _ => "units",
    };

    /// <summary>Its own word: of a stage of one unit the unit's name, too.</summary>
    public string Name => Stage.ToString().ToLowerInvariant();

    public bool IsSliced => Shape == StageShape.Slices;

    /// <summary>Whether an option acts in it.</summary>
    /// <param name="readsWords">Whether the agent's base reads words, so that templates shape its prompts.</param>
    public bool Claiming(string option, bool readsWords)
    {
        var section = option.Split(':')[0];
        return Claims.Contains(option, StringComparer.Ordinal) || Claims.Contains(section, StringComparer.Ordinal)
            || (readsWords && ClaimsOfWords.Contains(option, StringComparer.Ordinal));
    }
}

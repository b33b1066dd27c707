namespace ZiGong.Contracts;

/// <summary>What a run is for; stored and shown in lower case (<see cref="StoredNames"/>).</summary>
public enum RunKind
{
    /// <summary>Somebody asked for it.</summary>
    Full,

    /// <summary>Takes over the encoding of an earlier run.</summary>
    Nightly,

    /// <summary>The child of a replay with changed options.</summary>
    Replay,

    /// <summary>An arm of an experiment: measured as any run, but without champion, promotion and announcement.</summary>
    Experiment,

    /// <summary>Measures what scores are worth: trains hundreds of models and keeps none.</summary>
    Fidelity,
}

/// <summary>What became of a tuned model; stored and shown in lower case.</summary>
public enum ModelState
{
    /// <summary>It failed a gate, or older data spoke against it.</summary>
    Rejected,

    /// <summary>The model in use of its data set.</summary>
    Champion,

    /// <summary>A champion once.</summary>
    Retired,
}

/// <summary>Names of enum members as the database, the API and people have them.</summary>
public static class StoredNames
{
    public static string Stored<T>(this T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}

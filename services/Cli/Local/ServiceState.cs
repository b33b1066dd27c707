namespace ZiGong.Cli.Local;

/// <summary>What a worker is doing, as <c>zigong ps</c> says it.</summary>
public enum ServiceCondition
{
    /// <summary>It answers, and so do its database and bus.</summary>
    Ready,

    /// <summary>Its process is there, and does not answer as ready.</summary>
    Starting,

    /// <summary>Its process is there, and its supervisor is gone: <c>zigong up</c> ends it and starts it anew.</summary>
    Orphaned,

    /// <summary>It ended, and is about to be started again.</summary>
    Restarting,

    /// <summary>Nobody will start it again: it ended for good, or it ended and its supervisor is gone.</summary>
    Stopped,
}

/// <param name="Process">Null where there is none.</param>
public sealed record ServiceState(ServiceWorker Worker, ServiceCondition Condition, int? Process, string Address)
{
    public const string Header = "SERVICE              WORKER  STATE       PID      ADDRESS";

    public static ServiceCondition ConditionOf(bool alive, bool answersReady, bool supervised, bool ended) => (alive, answersReady, supervised, ended) switch
    {
        (true, _, false, _) => ServiceCondition.Orphaned,
        (true, true, _, _) => ServiceCondition.Ready,
        (true, false, _, _) => ServiceCondition.Starting,
        (_, _, true, false) => ServiceCondition.Restarting,
        _ => ServiceCondition.Stopped,
    };

    /// <summary>Its row under <see cref="Header"/>.</summary>
    public override string ToString() =>
        $"{Worker.Service,-20} {Worker.Number,-7} {Condition.ToString().ToLowerInvariant(),-11} {Process,-8} {Address}";
}

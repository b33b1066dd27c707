using ZiGong.Pipeline.Experiments;

namespace ZiGong.Cli.Experiments;

/// <summary>What a command says that leaves before its experiment is over: how to look at that one, and no other, and how to end it.</summary>
public static class LeavingNotes
{
    /// <summary>Others work on it.</summary>
    /// <param name="experiment">Null while the order is not planned.</param>
    /// <param name="suffix">What every command needs at its end.</param>
    public static string GoesOn(Guid order, string? experiment, string suffix = "") =>
        $"{(experiment is null ? "the experiment" : $"experiment {ExperimentStore.Short(experiment)}")} goes on without this command "
        + $"({Ways(order, experiment, suffix)})";

    /// <summary>The pipeline's work stops with the command.</summary>
    /// <param name="experiment">Null while the order is not planned.</param>
    public static string Stopping(Guid order, string? experiment) =>
        "stopping; what is finished stays: the same command again goes on, as does any that sets the pipeline to work here "
        + $"({Ways(order, experiment, "")})";

    private static string Ways(Guid order, string? experiment, string suffix) => experiment is null
        ? $"`zigong experiment list{suffix}` shows it as soon as it is planned, `zigong experiment cancel {order}{suffix}` ends it"
        : $"`zigong experiment show {ExperimentStore.Short(experiment)}{suffix}` shows what there is, "
            + $"`zigong experiment cancel {ExperimentStore.Short(experiment)}{suffix}` ends it";
}

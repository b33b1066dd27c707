using ZiGong.Pipeline.Api;

namespace ZiGong.Cli.Experiments;

/// <summary>Where experiments are looked at: this pipeline's database, or a server.</summary>
public interface IExperiments
{
    Task<ExperimentOrderStatus> OrderAsync(Guid order, CancellationToken ct);

    Task<ExperimentDetails> DetailsAsync(string experiment, CancellationToken ct);

    Task<ArmProgress> RunAsync(Guid run, CancellationToken ct);
}

/// <summary>How far a run is.</summary>
/// <param name="Line">The stages under way.</param>
/// <param name="Took">Null while it is not over.</param>
/// <param name="Reused">Finished units that were found.</param>
/// <param name="Failure">What made it stop, with all that is known of it; null where nothing did.</param>
public sealed record ArmProgress(string Line, TimeSpan? Took, int Reused, int Units, Exception? Failure);

using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Api;

/// <summary>An experiment to be made.</summary>
/// <param name="Name">baseline, decay, gamma, prune-ratio, mix, budget, fairness, clock or sketch.</param>
/// <param name="Dataset">A shipped name, the hash that <c>PUT descriptors</c> gave, or the descriptor itself as YAML.</param>
/// <param name="Options">Changes for all arms, of the form <c>Section:Name=value</c>.</param>
/// <param name="Seeds">Seeds that every arm is run with, counted up from the option Seed.</param>
/// <param name="Folds">Out-of-fold test sides, pooled; null: what the experiment has by itself.</param>
/// <param name="Full">No caps of 4,000 training and 1,500 reference samples.</param>
/// <param name="Arms">Those alone; null or empty: all.</param>
/// <param name="Parallel">Runs at a time; null: as many as Control has workers.</param>
/// <param name="Uploads">Tables that have to be ingested before, as a safeguard: the experiment is refused while they are not.</param>
public sealed record ExperimentRequest(
    string Name, string Dataset, IReadOnlyList<string>? Options = null, int Seeds = 3, int? Folds = null, bool Full = false, IReadOnlyList<string>? Arms = null,
    int? Parallel = null, IReadOnlyList<Guid>? Uploads = null);

/// <summary>What stops an experiment.</summary>
/// <param name="Reason">What, where, and what to do.</param>
/// <param name="Input">The cause is something the user gave.</param>
/// <param name="RunId">The run that failed or was cancelled; null where it is none.</param>
public sealed record ExperimentFailure(string Reason, bool Input, Guid? RunId = null);

/// <summary>An experiment that was asked for, until it is planned.</summary>
/// <param name="Folds">Snapshots to be sealed before it can be.</param>
/// <param name="Sealed">Those that are.</param>
/// <param name="Experiment">Id of what it became.</param>
public sealed record ExperimentOrderStatus(
    Guid OrderId, string Name, string Dataset, ExperimentOrderState State, int Folds, int Sealed, string? Experiment, ExperimentFailure? Failure,
    DateTimeOffset OrderedAt);

/// <summary>An experiment in a list.</summary>
/// <param name="Id">64 hexadecimal digits.</param>
/// <param name="Done">Runs that are completed.</param>
/// <param name="Planned">Arms × seeds × folds.</param>
public sealed record ExperimentSummary(
    string Id, string Name, string Dataset, DateTimeOffset CreatedAt, ExperimentState State, IReadOnlyList<string> Arms, IReadOnlyList<long> Seeds, int Folds,
    int Done, int Planned);

/// <summary>One planned run of an experiment.</summary>
/// <param name="Fold">0 where there are no folds.</param>
/// <param name="RunId">Null before it begins.</param>
/// <param name="Status">Running, Completed, Failed or Cancelled; <c>Planned</c> before it begins.</param>
public sealed record ExperimentRun(string Arm, long Seed, int Fold, Guid? RunId, string Status, DateTimeOffset? FinishedAt);

/// <summary>How far an experiment is.</summary>
/// <param name="Runs">Every planned run, in the order of the plan.</param>
public sealed record ExperimentDetails(ExperimentSummary Experiment, DateTimeOffset? FinishedAt, ExperimentFailure? Failure, IReadOnlyList<ExperimentRun> Runs);

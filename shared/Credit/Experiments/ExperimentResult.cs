using ZiGong.Credit.Metrics;

namespace ZiGong.Credit.Experiments;

/// <summary>
/// What an experiment found: all that `experiment show` prints, `--json` writes (camelCase, enums by name) and a report renders. It is
/// computed from the arms' runs and their stored predictions whenever it is asked for, so it never disagrees with them.
/// </summary>
/// <param name="Id">64 hexadecimal digits; the same plan on the same snapshots with the same code has the same id.</param>
/// <param name="Name">baseline, decay, gamma, prune-ratio, mix, budget, fairness, clock or sketch.</param>
/// <param name="Question">What it asks, as one sentence.</param>
/// <param name="ArmsDone">Runs that are finished; the figures are of seeds that every arm has finished.</param>
/// <param name="ArmsPlanned">Arms × seeds × folds.</param>
/// <param name="Arms">In the order of the plan.</param>
/// <param name="Comparisons">Paired differences, arm minus reference.</param>
/// <param name="Fairness">One entry per arm and protected field; empty where the descriptor names none.</param>
/// <param name="Notes">What a reader has to know: caps, arms left out and why, what the intervals cover, the split.</param>
public sealed record ExperimentResult(
    string Id,
    string Name,
    string Question,
    string Dataset,
    DateTimeOffset CreatedAt,
    string CodeVersion,
    int ArmsDone,
    int ArmsPlanned,
    ExperimentDesign Design,
    IReadOnlyList<ArmResult> Arms,
    IReadOnlyList<ArmComparison> Comparisons,
    IReadOnlyList<ArmFairness> Fairness,
    IReadOnlyList<string> Notes)
{
    /// <summary>Every planned run is finished.</summary>
    public bool IsComplete => ArmsDone == ArmsPlanned;

    /// <summary>The beginning of an id that people are shown.</summary>
    public static string Short(string id) => id[..12];
}

/// <summary>What all arms share.</summary>
/// <param name="Seeds">Values of the option Seed: agent, base, LoRA start, order and random draws; the split does not depend on them.</param>
/// <param name="SeedsMeasured">Those that every arm has finished, in all folds; the figures are of these.</param>
/// <param name="Folds">0: one test side. Else the test rows of all folds are pooled, each predicted by a model that has not seen it.</param>
/// <param name="Snapshots">Hash of the snapshot of each fold.</param>
/// <param name="Steps">Optimizer steps of every arm's tuning.</param>
/// <param name="StepsAre">Where that number comes from, for a person.</param>
/// <param name="Training">Training samples that arms choose from (of the first fold, if there are folds).</param>
/// <param name="Reference">Reference samples (of the first fold).</param>
/// <param name="Test">Test rows behind every figure, pooled over folds.</param>
/// <param name="TestPositives">Bads among them; null while nothing is measured.</param>
/// <param name="MaximumTraining">Cap on the training side; 0: none.</param>
/// <param name="MaximumReference">Cap on the reference side; 0: none.</param>
/// <param name="MaximumTest">Cap on the test side; 0: none.</param>
/// <param name="DecayIdentified">False where the data have fewer than two distinct times: γ is then 1 everywhere.</param>
/// <param name="Resamples">Resamples behind every interval.</param>
/// <param name="Set">Options that were changed for all arms, as <c>Section:Name=value</c>.</param>
public sealed record ExperimentDesign(
    IReadOnlyList<long> Seeds,
    IReadOnlyList<long> SeedsMeasured,
    int Folds,
    IReadOnlyList<string> Snapshots,
    int Steps,
    string StepsAre,
    int Training,
    int Reference,
    int Test,
    int? TestPositives,
    int MaximumTraining,
    int MaximumReference,
    int MaximumTest,
    bool DecayIdentified,
    int Resamples,
    IReadOnlyList<string> Set)
{
    /// <summary>With three or more answers what every figure is of: the bad outcome against the rest. Null with two.</summary>
    public string? Binary { get; init; }
}

/// <summary>One arm over all seeds.</summary>
/// <param name="Arm">Short name, unique within the experiment, for example <c>tracseq-top</c>.</param>
/// <param name="Title">What it does, for a person.</param>
/// <param name="Set">Options in which it differs, as <c>Section:Name=value</c>.</param>
/// <param name="Series">Arms of one series form a curve over <paramref name="X"/>; null where there is no curve.</param>
/// <param name="X">Place on the curve: γ, share kept, share of top places, buckets of the sketch.</param>
/// <param name="Metrics">Empty while no seed is measured.</param>
/// <param name="Kept">Samples kept, mean over seeds and folds.</param>
/// <param name="ClassShares">Answer to its share among the kept samples.</param>
/// <param name="MeanAge">Mean age of the kept samples in months before the snapshot's as-of time; null without times.</param>
/// <param name="Overlap">Jaccard index of the kept samples with those of the first reference arm of the same seed; 1 for that arm itself.</param>
/// <param name="Seconds">Time of computing units over all its runs, reused ones left out.</param>
/// <param name="Reused">Units that were found by key or taken over from another run.</param>
/// <param name="Computed">Units that were computed.</param>
public sealed record ArmResult(
    string Arm,
    string Title,
    IReadOnlyList<string> Set,
    string? Series,
    double? X,
    IReadOnlyDictionary<Metric, ArmFigure> Metrics,
    double? Kept,
    IReadOnlyDictionary<string, double> ClassShares,
    double? MeanAge,
    double? Overlap,
    double Seconds,
    int Reused,
    int Computed,
    IReadOnlyList<ArmRun> Runs);

/// <summary>One run of an arm.</summary>
/// <param name="Fold">0 where there are no folds.</param>
/// <param name="Status">Running, Completed, Failed or Cancelled; <c>Planned</c> before it is started.</param>
public sealed record ArmRun(long Seed, int Fold, Guid? RunId, string Status);

/// <summary>Paired differences of an arm and the arm it is measured against, on the same test rows and seeds.</summary>
/// <param name="Arm">First; the differences are arm minus reference.</param>
/// <param name="Reference">The arm it is compared with.</param>
/// <param name="N">Test rows.</param>
/// <param name="Seeds">Seeds behind the figures.</param>
/// <param name="Overlap">Jaccard index of the kept samples, mean over seeds and folds.</param>
public sealed record ArmComparison(
    string Arm, string Reference, int N, int Seeds, IReadOnlyDictionary<Metric, Difference> Differences, double Overlap);

/// <summary>How differently an arm's models treat the groups of one protected field.</summary>
/// <param name="Reference">The arm that <paramref name="Differences"/> are measured against.</param>
/// <param name="Groups">Every group with its figures, mean over seeds (an interval of a share only where there is one seed); small
/// ones are reported but not counted.</param>
/// <param name="Figures">Mean over seeds, with intervals and seed spread; a figure is absent with fewer than two counted groups.</param>
/// <param name="Differences">Arm minus reference, paired; empty for the reference itself.</param>
public sealed record ArmFairness(
    string Arm,
    string Field,
    string Reference,
    IReadOnlyList<GroupFigures> Groups,
    IReadOnlyDictionary<FairnessFigure, ArmFigure> Figures,
    IReadOnlyDictionary<FairnessFigure, Difference> Differences);

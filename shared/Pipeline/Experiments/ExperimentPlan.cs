namespace ZiGong.Pipeline.Experiments;

/// <summary>What an experiment does, frozen when it is first asked for; its JSON is part of the experiment's identity.</summary>
/// <param name="Question">What it asks, as one sentence.</param>
/// <param name="Set">Options changed for all arms, as <c>Section:Name=value</c>: caps, the common number of steps, what the user gave.</param>
/// <param name="Seeds">Values of the option Seed.</param>
/// <param name="Folds">0: one test side.</param>
/// <param name="Snapshots">One per fold.</param>
/// <param name="Steps">Optimizer steps of every arm's tuning.</param>
/// <param name="StepsAre">Where that number comes from.</param>
/// <param name="MeasuresFairness">Figures per protected field are part of the result.</param>
/// <param name="Notes">Arms that were left out and why, caps.</param>
/// <param name="CodeVersion">What makes the runs: another code is another experiment.</param>
public sealed record ExperimentPlan(
    string Name,
    string Question,
    string Dataset,
    IReadOnlyList<string> Set,
    IReadOnlyList<long> Seeds,
    int Folds,
    IReadOnlyList<string> Snapshots,
    int Steps,
    string StepsAre,
    bool MeasuresFairness,
    IReadOnlyList<PlannedArm> Arms,
    IReadOnlyList<string> Notes,
    string CodeVersion)
{
    /// <summary>Every run, those of one seed and fold together and the first arm before the others.</summary>
    public IEnumerable<PlannedRun> Runs =>
        from fold in Enumerable.Range(0, Math.Max(1, Folds)) from seed in Seeds from arm in Arms select new PlannedRun(arm, seed, fold);
}

/// <summary>One arm.</summary>
/// <param name="Name">Short and unique within the experiment; a report shows it.</param>
/// <param name="Title">What it does, for a person.</param>
/// <param name="Set">Options in which it differs, as <c>Section:Name=value</c>.</param>
/// <param name="Against">Arms it is compared with.</param>
/// <param name="Series">Arms of one series form a curve over <paramref name="X"/>.</param>
/// <param name="X">Place on that curve.</param>
public sealed record PlannedArm(string Name, string Title, IReadOnlyList<string> Set, IReadOnlyList<string> Against, string? Series = null, double? X = null);

/// <summary>One arm under one seed on one fold.</summary>
public sealed record PlannedRun(PlannedArm Arm, long Seed, int Fold)
{
    /// <summary>What tells it from the others of its plan.</summary>
    public (string Arm, long Seed, int Fold) Key => (Arm.Name, Seed, Fold);
}

/// <summary>What a plan has to know of the data.</summary>
/// <param name="Training">Training samples of the snapshot.</param>
/// <param name="Gradients">Gradients that have to be stored for one seed: samples × checkpoints.</param>
/// <param name="HasTimes">Every training sample has a time, and they differ.</param>
/// <param name="DecayIdentified">The agent's checkpoints have at least two distinct times.</param>
/// <param name="HasProtectedFields">The descriptor names fields for fairness.</param>
public sealed record ExperimentData(int Training, long Gradients, bool HasTimes, bool DecayIdentified, bool HasProtectedFields);

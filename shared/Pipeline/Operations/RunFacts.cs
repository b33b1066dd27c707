using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline.Stages;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Operations;

/// <summary>A run as a replay sees it: its rows, and how many units each stage has under given options. Pure.</summary>
/// <param name="Run">The run.</param>
/// <param name="Snapshot">Null until it is sealed.</param>
/// <param name="Units">Its units.</param>
/// <param name="Options">The options that the work is planned for: the run's own, or those of its child.</param>
public sealed record RunFacts(RunRow Run, SnapshotRow? Snapshot, IReadOnlyList<WorkUnitRow> Units, RunOptions Options)
{
    private IReadOnlyList<int> PeriodSamples { get; } =
        Snapshot is null ? [] : [.. Snapshot.ReadPeriods().Select(p => p.Samples)];

    /// <summary>What <see cref="NextMessages"/> would look at if the run went on as it is.</summary>
    public RunState State => new(
        Run.RunId, Run.Generation, RunStatus.Running, Snapshot?.TrainingShards ?? [], Snapshot?.ReferenceShards ?? [],
        Units.Where(u => u.State == UnitState.Done).ToDictionary(u => new UnitKey(Enum.Parse<Stage>(u.Stage), u.Unit), u => u.Output ?? "{}"))
    {
        Plan = RunPlan.Of(Run),
    };

    public IReadOnlyList<WorkUnitRow> Of(Stage stage) => [.. Units.Where(u => u.Stage == stage.ToString()).OrderBy(u => u.Unit, StringComparer.Ordinal)];

    public int Done(Stage stage) => StageCatalogue.Of(stage).IsSliced ? Finished(stage).Count() : Of(stage).Count(u => u.State == UnitState.Done);

    public IReadOnlyList<AgentSliceTrained> AgentSlices() => State.Slices<AgentSliceTrained>(Stage.Agent);

    public IReadOnlyList<AdapterSliceTrained> TuningSlices() => State.Slices<AdapterSliceTrained>(Stage.Tuning);

    public int Checkpoints => PeriodSamples.Count;

    /// <summary>Units of a stage where each of them is computed.</summary>
    public int Whole(Stage stage) => StageCatalogue.Of(stage) switch
    {
        { Shape: StageShape.Pieces } => RunPlan.Of(Run)?.Count ?? 0,
        _ when Run.Kind == RunKind.Fidelity => 1,
        _ when Snapshot is null => stage == Stage.Snapshot ? 1 : 0,
        { Shape: StageShape.Slices } => SlicesAfter(stage, 0),
        { Shape: StageShape.Checkpoint } => Checkpoints,
        { Shape: StageShape.CheckpointShard, TakesReferenceShards: true } =>
            Checkpoints * Snapshot.TrainingShards.Union(Snapshot.ReferenceShards, StringComparer.Ordinal).Count(),
        { Shape: StageShape.CheckpointShard } => Checkpoints * Snapshot.TrainingShards.Length,
        _ => 1,
    };

    /// <summary>Of a stage whose results are looked up by key: units that the run's own results fill again, and those that are left to do.</summary>
    public (int Reused, int Open) Found(Stage stage)
    {
        var definition = StageCatalogue.Of(stage);
        if (!definition.IsSliced)
        {
            var done = Done(stage);
            return (done, Math.Max(0, Whole(stage) - done));
        }

        // A training's checkpoints are found one by one; an adapter whole or not at all, in its first slice.
        var outcomes = Finished(stage).ToList();
        if (stage == Stage.Agent)
        {
            var checkpoints = outcomes.Count(definition.Counts);
            return (checkpoints, AgentSlicesFrom(checkpoints));
        }

        return outcomes.Count > 0 && definition.EndsStage(outcomes[^1]) ? (1, 0) : (0, Whole(stage));
    }

    /// <summary>Slices that a training still takes after its first <paramref name="kept"/> ones.</summary>
    public int SlicesAfter(Stage stage, int kept)
    {
        if (stage == Stage.Tuning)
        {
            var from = kept == 0 ? 0 : TuningSlices()[kept - 1].Step;
            return Slices(TuningSteps() - from, Options.Tuning.SliceSteps);
        }

        var (period, step) = kept == 0 ? (0, 0) : AgentSlices()[kept - 1] is var last ? (last.Period, last.Step) : default;
        return AgentSlicesFrom(period)
            - (period < Checkpoints ? Slices(AgentSteps(period), Options.Agent.SliceSteps) - Slices(AgentSteps(period) - step, Options.Agent.SliceSteps) : 0);
    }

    /// <summary>Slices that train the agent from a period on.</summary>
    public int AgentSlicesFrom(int period) =>
        Enumerable.Range(period, Math.Max(0, Checkpoints - period)).Sum(p => Slices(AgentSteps(p), Options.Agent.SliceSteps));

    private int AgentSteps(int period) => WorkAmounts.Steps(PeriodSamples[period], Options.Agent.BatchSize, Options.Agent.Epochs, Options.Agent.MinimumSteps);

    private int TuningSteps()
    {
        var same = RunOptionsReader.Read(Run.Options).Selection == Options.Selection;
        var instructions = same && State.Outcome<DatasetTemplated>(Stage.Dataset, "dataset") is { } dataset
            ? dataset.Instructions
            : WorkAmounts.Places(Options.Selection.Size, Snapshot!.Training);
        return WorkAmounts.Steps(instructions, Options.Tuning.BatchSize, Options.Tuning.Epochs, Options.Tuning.MinimumSteps);
    }

    private static int Slices(int steps, int slice) => Math.Max(0, (steps + slice - 1) / slice);

    /// <summary>What ended the slices of a stage, in order, up to the first gap.</summary>
    private IEnumerable<string> Finished(Stage stage)
    {
        var finished = State.Finished;
        for (var slice = 0; finished.TryGetValue(new UnitKey(stage, Contracts.Units.Slice(slice)), out var json); slice++)
        {
            yield return json;
        }
    }
}

using System.Text.Json;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Storage.Entities;

namespace ZiGong.UnitTests.Pipeline;

/// <summary>
/// A run of two checkpoints over training shards t1, t2 and reference shard r1, with what each order leads to: enough to walk a run
/// from its request to its model without a database.
/// </summary>
internal sealed class RunScenario
{
    public static readonly Guid Id = new("11111111-2222-3333-4444-555555555555");

    public IReadOnlyList<string> Training { get; init; } = ["t1", "t2"];

    public IReadOnlyList<string> Reference { get; init; } = ["r1"];

    public IReadOnlyList<string> Checkpoints { get; init; } = ["c1", "c2"];

    public int TuningSlices { get; init; } = 2;

    public RunState Start(int generation = 1, RunStatus status = RunStatus.Running) =>
        new(Id, generation, status, Training, Reference, new Dictionary<UnitKey, string>());

    /// <summary>The unit that an order is about, as the consumers name it.</summary>
    public static UnitKey UnitOf(IRunMessage order) => order switch
    {
        RunRequested => new(Stage.Snapshot, "snapshot"),
        SnapshotSealed => new(Stage.Agent, Units.Slice(0)),
        TrainAgentSlice train => new(Stage.Agent, Units.Slice(train.Slice)),
        ExtractShard extract => new(Stage.Gradients, extract.Unit),
        AverageReference average => new(Stage.Reference, average.Unit),
        ScoreShard score => new(Stage.Partials, score.Unit),
        CombineScores => new(Stage.Scores, "scores"),
        SnapshotScored => new(Stage.Selection, "selection"),
        SamplesSelected => new(Stage.Dataset, "dataset"),
        DatasetTemplated => new(Stage.Tuning, Units.Slice(0)),
        TuneAdapterSlice tune => new(Stage.Tuning, Units.Slice(tune.Slice)),
        AdapterTrained => new(Stage.Evaluation, "evaluation"),
        ModelEvaluated => new(Stage.Model, "model"),
        _ => throw new InvalidOperationException($"nobody consumes {order}"),
    };

    /// <summary>Does what <paramref name="order"/> asks for.</summary>
    public RunState Do(RunState run, IRunMessage order)
    {
        var unit = UnitOf(order);
        return unit.Stage is Stage.Gradients or Stage.Partials
            ? Done(run, unit)
            : Done(run, unit, Outcome(unit, run.Generation));
    }

    public RunState DoAll(RunState run, IEnumerable<IRunMessage> orders) => orders.Aggregate(run, Do);

    /// <summary>Works until nothing of <paramref name="until"/> or later is left but that stage.</summary>
    public RunState UpTo(Stage until, int generation = 1)
    {
        var run = Start(generation);
        while (NextMessages.Of(run).Where(m => UnitOf(m).Stage < until).ToList() is { Count: > 0 } orders)
        {
            run = DoAll(run, orders);
        }

        return run;
    }

    /// <summary>A unit that ends without an event.</summary>
    public static RunState Done(RunState run, UnitKey unit) => run with { Finished = new Dictionary<UnitKey, string>(run.Finished) { [unit] = "{}" } };

    public static RunState Done(RunState run, UnitKey unit, IRunMessage outcome) => run with
    {
        Finished = new Dictionary<UnitKey, string>(run.Finished) { [unit] = JsonSerializer.Serialize(outcome, outcome.GetType()) },
    };

    private IRunMessage Outcome(UnitKey unit, int generation)
    {
        var slice = unit.Stage is Stage.Agent or Stage.Tuning ? int.Parse(unit.Unit[^4..]) : 0;
        var pair = unit.Unit.Split('/');
        return unit.Stage switch
        {
            Stage.Snapshot => new SnapshotSealed(Id, generation, "snap", 20, 5, 5, 3),
            // Every second slice ends with a checkpoint.
            Stage.Agent => new AgentSliceTrained(
                Id, generation, slice, slice % 2 == 1 ? Checkpoints[slice / 2] : "", $"state{slice}", slice / 2, slice % 2,
                Last: slice == (2 * Checkpoints.Count) - 1),
            Stage.Reference => new ReferenceAveraged(Id, generation, unit.Unit, 5),
            Stage.Scores => new SnapshotScored(Id, generation, 20, Checkpoints.Count, 0.9),
            Stage.Selection => new SamplesSelected(Id, generation, "sel", 10, 3, 7),
            Stage.Dataset => new DatasetTemplated(Id, generation, "data", 10),
            Stage.Tuning when slice + 1 < TuningSlices => new AdapterSliceTrained(Id, generation, slice, $"state{slice}", 10 * (slice + 1), 0.5, "", ""),
            Stage.Tuning => new AdapterSliceTrained(Id, generation, slice, "", 10 * (slice + 1), 0.4, "adapter", "file:///adapter"),
            Stage.Evaluation => new ModelEvaluated(Id, generation, "eval", 0.4, 0.7, 0.8, 0, Passed: true),
            _ => new ModelReady(Id, generation, "model", "file:///adapter", new Dictionary<string, double>(), new Lineage("", "", "", "", "", "", "")),
        };
    }
}

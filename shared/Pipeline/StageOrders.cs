using ZiGong.Contracts;
using ZiGong.Hosting;

namespace ZiGong.Pipeline;

/// <summary>What an order is for.</summary>
public static class StageOrders
{
    /// <returns>Null for events that no stage works on.</returns>
    public static UnitKey? UnitOf(IRunMessage order) => order switch
    {
        RunRequested => new(Stage.Snapshot, "snapshot"),
        SnapshotSealed => new(Stage.Agent, Units.Slice(0)),
        TrainAgentSlice => new(Stage.Agent, order.Unit),
        ExtractShard => new(Stage.Gradients, order.Unit),
        AverageReference => new(Stage.Reference, order.Unit),
        ScoreShard => new(Stage.Partials, order.Unit),
        CombineScores => new(Stage.Scores, "scores"),
        SnapshotScored => new(Stage.Selection, "selection"),
        SamplesSelected => new(Stage.Dataset, "dataset"),
        DatasetTemplated => new(Stage.Tuning, Units.Slice(0)),
        TuneAdapterSlice => new(Stage.Tuning, order.Unit),
        AdapterTrained => new(Stage.Evaluation, "evaluation"),
        ModelEvaluated => new(Stage.Model, "model"),
        _ => null,
    };

    /// <returns>Null for events that no stage works on.</returns>
    public static Stage? StageOf(IRunMessage order) => UnitOf(order)?.Stage;

    /// <summary>The first stage that a run has not finished, or null when all are.</summary>
    public static Stage? FirstUnfinished(RunState run) => NextMessages.Of(run).Select(StageOf).Min();
}

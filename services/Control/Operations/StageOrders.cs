using ZiGong.Contracts;
using ZiGong.Hosting;

namespace ZiGong.Control.Operations;

/// <summary>Which stage an order is for.</summary>
public static class StageOrders
{
    /// <returns>Null for events that no stage works on.</returns>
    public static Stage? StageOf(IRunMessage order) => order switch
    {
        RunRequested => Stage.Snapshot,
        SnapshotSealed or TrainAgentSlice => Stage.Agent,
        ExtractShard => Stage.Gradients,
        AverageReference => Stage.Reference,
        ScoreShard => Stage.Partials,
        CombineScores => Stage.Scores,
        SnapshotScored => Stage.Selection,
        SamplesSelected => Stage.Dataset,
        DatasetTemplated or TuneAdapterSlice => Stage.Tuning,
        AdapterTrained => Stage.Evaluation,
        ModelEvaluated => Stage.Model,
        _ => null,
    };

    /// <summary>The first stage that a run has not finished, or null when all are.</summary>
    public static Stage? FirstUnfinished(RunState run) => NextMessages.Of(run).Select(StageOf).Min();
}

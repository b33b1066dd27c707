using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Runs;
using ZiGong.Reports.Scores;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Reports.OfRun;

/// <summary>All that a report tells of a run, read once; the sections are pure functions of it.</summary>
/// <param name="Sides">Train, reference and test; empty before the snapshot is sealed.</param>
/// <param name="Periods">The training periods, oldest first.</param>
/// <param name="PeriodOf">Sample id to index of its training period.</param>
/// <param name="Checkpoints">Of the agent, oldest first.</param>
/// <param name="Predictions">What the models said of the test samples; empty where no predictions are stored.</param>
/// <param name="Differences">Options that differ from the default.</param>
public sealed record RunFacts(
    RunResult Result,
    DatasetDescriptor Descriptor,
    RunOptions Options,
    IReadOnlyList<OptionDifference> Differences,
    IReadOnlyList<SideFacts> Sides,
    IReadOnlyList<SnapshotPeriod> Periods,
    IReadOnlyDictionary<string, int> PeriodOf,
    IReadOnlyList<Checkpoint> Checkpoints,
    IReadOnlyList<ModelPredictions> Predictions)
{
    public RunRow Run => Result.View.Run;

    public ScoredRun? Scored => Result.Scored;
}

/// <param name="Positives">Samples with the bad outcome.</param>
/// <param name="From">First and last observation; null where the data have no time.</param>
/// <param name="LabelsKnown">When the last of the labels was known.</param>
public sealed record SideFacts(Side Side, int Samples, int Positives, DateTimeOffset? From, DateTimeOffset? To, DateTimeOffset? LabelsKnown);

/// <summary>A model's predictions on the test side.</summary>
public sealed record ModelPredictions(string Name, Charts.Ink Ink, Predictions Rows);

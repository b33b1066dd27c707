using System.Globalization;
using System.Text.Json.Serialization;
using ZiGong.Credit.Metrics;

namespace ZiGong.Influence.Fidelity;

/// <summary>What a fidelity experiment found; measures that were not asked for are null.</summary>
/// <param name="Training">Training samples.</param>
/// <param name="References">Reference samples.</param>
/// <param name="Bads">Training samples with the bad outcome.</param>
/// <param name="Checkpoints">Of an agent.</param>
/// <param name="Arms">Name to rule.</param>
/// <param name="Trained">Trainings and agents that this call did; the others were found.</param>
/// <param name="Found">Trainings and agents of an earlier call.</param>
public sealed record FidelityResult(
    string Dataset,
    int Training,
    int References,
    int Bads,
    int Checkpoints,
    bool DecayIdentified,
    FidelitySettings Settings,
    IReadOnlyDictionary<string, string> Arms,
    LdsFigures? Lds,
    LeaveOneOutFigures? LeaveOneOut,
    FlipFindings? Flips,
    IReadOnlyList<SketchFigures>? Sketch,
    IReadOnlyList<StabilityFigures>? Stability,
    int Trained,
    int Found);

/// <summary>Linear datamodeling scores.</summary>
/// <param name="LossRange">Standard deviation over subsets of the mean reference loss, in nats: what there is to predict.</param>
/// <param name="SeedAgreement">Spearman over subsets of one reference sample's loss between two training seeds, mean over samples and pairs of seeds.</param>
/// <param name="GroupSeedAgreement">The same of the mean reference loss.</param>
/// <param name="Ceiling">
/// What scores that predict the expected losses exactly would reach per reference sample: the root of the reliability
/// of losses averaged over the training seeds (Spearman and Brown); NaN with one seed.
/// </param>
public sealed record LdsFigures(double LossRange, double SeedAgreement, double GroupSeedAgreement, double Ceiling, IReadOnlyList<LdsArm> Arms)
{
    /// <summary>Reference samples that the score should rest on (tracseq.md, "Score fidelity").</summary>
    private const int EnoughReferences = 200;

    /// <summary>What a reader has to know of so few reference samples; null where there are enough.</summary>
    public static string? Caveat(int references) => references < EnoughReferences
        ? $"Fewer than {EnoughReferences} reference samples: another draw of them may move these figures beyond their intervals."
        : null;
}

/// <summary>An arm's score with bootstrap intervals over the subsets; means over the agents.</summary>
/// <param name="PerReference">Mean Spearman over reference samples of summed pairwise influence and −loss.</param>
/// <param name="AgainstDefault">PerReference less that of <see cref="Arms.Default"/> on the same subsets; null for that arm itself.</param>
/// <param name="Ensemble">PerReference with influence averaged over the agents first.</param>
/// <param name="Group">Spearman of summed scores and the mean reference loss.</param>
/// <param name="GroupBalanced">Spearman of summed scores and the class-balanced mean reference loss.</param>
public sealed record LdsArm(string Arm, Interval PerReference, Interval? AgainstDefault, Interval Ensemble, Interval Group, Interval GroupBalanced);

/// <summary>Leave one out.</summary>
/// <param name="Samples">Left out, one at a time.</param>
/// <param name="SeedAgreement">Spearman over the samples of the measured change between two training seeds, mean over pairs.</param>
public sealed record LeaveOneOutFigures(int Samples, double SeedAgreement, IReadOnlyList<LeaveOneOutArm> Arms);

/// <summary>Spearman of score and measured rise of the reference loss, with intervals over the samples; means over the agents.</summary>
/// <param name="Mean">Against the plain mean of the reference losses.</param>
/// <param name="Balanced">Against the class-balanced mean.</param>
public sealed record LeaveOneOutArm(string Arm, Interval Mean, Interval Balanced);

/// <summary>Flipped labels.</summary>
public sealed record FlipFindings(int Flipped, IReadOnlyList<FlipArm> Arms)
{
    /// <summary>Names of <see cref="FlipArm.Figures"/>.</summary>
    /// <param name="inspected">Share of the samples that were looked at.</param>
    public IReadOnlyList<string> Titles(double inspected) =>
        ["All", .. Arms[0].WithinClass.Keys.Select(c => $"Within {c}"), string.Create(CultureInfo.InvariantCulture, $"Found in {inspected:0.0 %}")];
}

/// <summary>How an arm finds wrong labels, lowest score first.</summary>
/// <param name="All">AUC over all samples; one half is chance.</param>
/// <param name="WithinClass">AUC by recorded answer, where class alone cannot help.</param>
/// <param name="Found">Share of the wrong labels among the inspected.</param>
public sealed record FlipArm(string Arm, FlipFigure All, IReadOnlyDictionary<string, FlipFigure> WithinClass, FlipFigure Found)
{
    /// <summary>In the order of tables.</summary>
    [JsonIgnore]
    public IReadOnlyList<FlipFigure> Figures => [All, .. WithinClass.Values, Found];
}

/// <summary>
/// Mean over the seeds with a 95 % interval over samples and seeds, and less that of <see cref="Arms.Default"/>, paired; null for that arm itself.
/// </summary>
public sealed record FlipFigure(ArmFigure Figure, Difference? AgainstDefault);

/// <summary>Sketched against exact, at one width.</summary>
/// <param name="Error">Mean over pairs and checkpoints of |⟨ĝ, r̂⟩ − ⟨g, r⟩| / (‖g‖‖r‖).</param>
/// <param name="Scores">Of the run's scores.</param>
public sealed record SketchFigures(int Width, double Error, ScoreAgreement Scores);

/// <summary>How alike an arm's scores are from agents of different seeds.</summary>
public sealed record StabilityFigures(string Arm, ScoreAgreement Agreement);

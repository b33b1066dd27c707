using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace ZiGong.Contracts;

/// <summary>What a gate does when its condition is not met.</summary>
public enum GateMode
{
    /// <summary>Not checked.</summary>
    Off,

    /// <summary>Reported; the model may still be promoted.</summary>
    Warn,

    /// <summary>The model is rejected.</summary>
    Fail,
}

/// <summary>When a fall of KS against the champion counts by its size alone, certain or not.</summary>
public enum KsFallRule
{
    /// <summary>Whenever it is larger than MaximumKsFall.</summary>
    Always,

    /// <summary>Never: only a fall that the paired interval is certain of counts.</summary>
    Off,
}

public sealed record EvaluationOptions
{
    [Description("Bootstrap resamples behind every 95 % interval.")]
    [Range(100, 100_000)]
    public int Resamples { get; init; } = 1000;

    [Description("Gate leakage (Off, Warn or Fail): nobody is on two sides, and nothing in training is from after the reference window's start.")]
    [DefaultValue(GateMode.Fail)]
    public GateMode LeakageGate { get; init; } = GateMode.Fail;

    [Description("Gate classes: the test side holds at least MinimumPerClass samples of each class.")]
    [DefaultValue(GateMode.Fail)]
    public GateMode ClassesGate { get; init; } = GateMode.Fail;

    [Description("Test samples of each class at least.")]
    [Range(0, 1_000_000)]
    [DefaultValue(10)]
    public int MinimumPerClass { get; init; } = 10;

    [Description("Gate selection: of each class the selection kept at least MinimumKeptPerClass samples and MinimumKeptRatio of its share.")]
    [DefaultValue(GateMode.Fail)]
    public GateMode SelectionGate { get; init; } = GateMode.Fail;

    [Description("Kept samples of each class at least; of a class with fewer, all.")]
    [Range(0, 1_000_000)]
    [DefaultValue(5)]
    public int MinimumKeptPerClass { get; init; } = 5;

    [Description("A class's share among the kept samples over its share in training, at least.")]
    [Range(0.0, 1.0)]
    [DefaultValue(0.5)]
    public double MinimumKeptRatio { get; init; } = 0.5;

    [Description("Gate signal: the lower end of AUC's interval lies above 0.5; of three or more answers, macro F1's gain over the most frequent one above 0.")]
    [DefaultValue(GateMode.Fail)]
    public GateMode SignalGate { get; init; } = GateMode.Fail;

    [Description("Gates miss and miss:champion: free generations name a valid answer, and do so no less often than the champion's.")]
    [DefaultValue(GateMode.Fail)]
    public GateMode MissGate { get; init; } = GateMode.Fail;

    [Description("Share of free generations without a valid answer above which a model is rejected.")]
    [Range(0.0, 1.0)]
    public double MaximumMiss { get; init; } = 0.01;

    [Description("Rise of that share against the champion's above which a model is rejected, where the paired interval is certain of a rise.")]
    [Range(0.0, 1.0)]
    [DefaultValue(0.005)]
    public double MaximumMissRise { get; init; } = 0.005;

    [Description("Gate champion: KS does not fall, by the paired interval or by MaximumKsFall; of three or more answers macro F1, by MaximumF1Fall.")]
    [DefaultValue(GateMode.Fail)]
    public GateMode ChampionGate { get; init; } = GateMode.Fail;

    [Description("Fall of KS against the champion beyond which a model is rejected.")]
    [Range(0.0, 1.0)]
    public double MaximumKsFall { get; init; } = 0.02;

    [Description("When MaximumKsFall counts: Always, or Off (only a fall that the paired interval is certain of counts).")]
    [DefaultValue(KsFallRule.Always)]
    public KsFallRule KsFallRule { get; init; } = KsFallRule.Always;

    [Description("Gate fairness, per protected field: the parity ratio lies in its range.")]
    [DefaultValue(GateMode.Warn)]
    public GateMode FairnessGate { get; init; } = GateMode.Warn;

    [Description("Smallest favourable share over the largest, at least (the four-fifths rule).")]
    [Range(0.0, 1.0)]
    [DefaultValue(0.8)]
    public double MinimumParityRatio { get; init; } = 0.8;

    [Description("The most favoured group's share over the largest group's, at most.")]
    [Range(1.0, 1000.0)]
    [DefaultValue(1.25)]
    public double MaximumParityRatio { get; init; } = 1.25;

    [Description("Gate drift: no field's PSI on the test side is above MaximumPsi and above what chance explains.")]
    [DefaultValue(GateMode.Warn)]
    public GateMode DriftGate { get; init; } = GateMode.Warn;

    [Description("PSI of a field at most.")]
    [Range(0.0, 100.0)]
    [DefaultValue(0.25)]
    public double MaximumPsi { get; init; } = 0.25;

    [Description("Gate score-drift: the same of the model's score, test side against reference side.")]
    [DefaultValue(GateMode.Warn)]
    public GateMode ScoreDriftGate { get; init; } = GateMode.Warn;

    [Description("PSI of the model's score at most.")]
    [Range(0.0, 100.0)]
    [DefaultValue(0.25)]
    public double MaximumScorePsi { get; init; } = 0.25;

    [Description("Fall of the mean token F1 of free answers, or of macro F1 of three or more answers, against the champion beyond which a model is rejected.")]
    [Range(0.0, 1.0)]
    [DefaultValue(0.02)]
    public double MaximumF1Fall { get; init; } = 0.02;

    [Description("Share of free answers with a number or field name that the prompt does not contain above which a model is rejected.")]
    [Range(0.0, 1.0)]
    [DefaultValue(0.05)]
    public double MaximumHallucination { get; init; } = 0.05;

    [Description("Gate hallucination, of free answers: not too many hold a number or field name that the prompt does not contain.")]
    [DefaultValue(GateMode.Fail)]
    public GateMode HallucinationGate { get; init; } = GateMode.Fail;
}

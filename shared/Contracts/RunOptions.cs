using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace ZiGong.Contracts;

/// <summary>
/// Everything that shapes a run's result, frozen with the run and part of its keys. Set one by
/// <c>--set Section:Name=value</c>; a child run of a replay starts from its parent's.
/// </summary>
public sealed record RunOptions
{
    [Description("Seed of everything random in the run.")]
    [Range(0L, long.MaxValue)]
    public long Seed { get; init; } = 1;

    public SnapshotOptions Snapshot { get; init; } = new();

    public AgentOptions Agent { get; init; } = new();

    public GradientOptions Gradients { get; init; } = new();

    public TracSeqOptions TracSeq { get; init; } = new();

    public SelectionOptions Selection { get; init; } = new();

    public TemplatingOptions Templating { get; init; } = new();

    public TuningOptions Tuning { get; init; } = new();

    public EvaluationOptions Evaluation { get; init; } = new();
}

public sealed record SnapshotOptions
{
    [Description("Checkpoints of the agent at most: months are merged, in order, to this many periods.")]
    [Range(1, 120)]
    public int Periods { get; init; } = 4;

    [Description("Seed of the stratified split of data without subjects and times; apart from Seed, so that all runs on the same rows leave out the same test samples and a champion never meets its own training samples there.")]
    [Range(0L, long.MaxValue)]
    public long SplitSeed { get; init; } = 1;

    [Description("Quantile bins per numeric field of the compact encoding.")]
    [Range(2, 100)]
    public int Bins { get; init; } = 10;

    // Left out of the JSON at their defaults, so that keys and lineage of runs from before they existed stay as they are.
    [Description("Training samples at most (0: all): a seeded draw that keeps the shares of the classes; the rest is idle.")]
    [Range(0, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MaximumTraining { get; init; }

    [Description("Reference samples at most (0: all), drawn likewise.")]
    [Range(0, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MaximumReference { get; init; }

    [Description("Test samples at most (0: all), drawn likewise.")]
    [Range(0, int.MaxValue)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int MaximumTest { get; init; }

    [Description("Parts of data without subjects and times that take turns as the test side (0: one fixed test side).")]
    [Range(0, 100)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Folds { get; init; }

    [Description("Which of the Folds is the test side, from 0.")]
    [Range(0, 99)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Fold { get; init; }

    /// <summary>Gradients are then taken of the snapshot's members alone: what a cap left out would be most of the work.</summary>
    [JsonIgnore]
    public bool IsCapped => MaximumTraining > 0 || MaximumReference > 0 || MaximumTest > 0;
}

public sealed record AgentOptions
{
    [Description("Base model: nano, or the path of a Hugging Face Mistral folder.")]
    public string Base { get; init; } = "nano";

    [Description("Step rate after warm-up; constant, so that the newest checkpoint counts.")]
    [Range(1e-8, 1.0)]
    public double LearningRate { get; init; } = 5e-3;

    [Description("Steps over which the rate rises from 0.")]
    [Range(0, 100_000)]
    public int WarmupSteps { get; init; } = 20;

    [Description("Samples per optimizer step.")]
    [Range(1, 4096)]
    public int BatchSize { get; init; } = 32;

    [Description("Passes over each period's samples.")]
    [Range(1, 100)]
    public int Epochs { get; init; } = 1;

    [Description("Optimizer steps per checkpoint at least: small data is passed over again until they are done.")]
    [Range(0, 100_000)]
    public int MinimumSteps { get; init; } = 30;

    [Description("Optimizer steps in one slice at most.")]
    [Range(1, 100_000)]
    public int SliceSteps { get; init; } = 400;
}

public enum SketchKind
{
    CountSketch,
    None,
}

public sealed record GradientOptions
{
    [Description("CountSketch (fp16 sketches) or None (exact fp32 gradients).")]
    public SketchKind Sketch { get; init; } = SketchKind.CountSketch;

    [Description("Buckets of the CountSketch.")]
    [Range(64, 1 << 20)]
    public int Width { get; init; } = 4096;

    [Description("Samples of similar length in one forward and backward pass.")]
    [Range(1, 1024)]
    public int MicroBatch { get; init; } = 16;
}

/// <summary>Whose age decays (tracseq.md, "Clock").</summary>
public enum DecayClock
{
    /// <summary>The checkpoint's: γ^(T − t_i), the paper's formula.</summary>
    Checkpoint,

    /// <summary>The sample's own: γ^(T − observed_at) on positive scores.</summary>
    Sample,

    /// <summary>Both factors.</summary>
    Both,
}

/// <summary>How reference gradients become one vector.</summary>
public enum ReferenceKind
{
    /// <summary>Each gradient divided by its own norm, averaged per class, then over the classes.</summary>
    Normalised,

    /// <summary>Plain mean over all gradients (TracInCP), kept for comparison.</summary>
    Mean,
}

/// <summary>What of a training gradient counts.</summary>
public enum Similarity
{
    /// <summary>Length and direction.</summary>
    Dot,

    /// <summary>Direction alone: the gradient is divided by its norm.</summary>
    Cosine,
}

public enum GradientOptimizer
{
    Sgd,
    Adam,
}

/// <summary>What stands between training gradients and the reference vector.</summary>
public enum Curvature
{
    /// <summary>The identity: plain inner products.</summary>
    None,

    /// <summary>The inverse of the damped second moment of the training gradients, as in influence functions.</summary>
    EmpiricalFisher,
}

public sealed record TracSeqOptions
{
    [Description("Decay per period: the weight of a checkpoint falls by this factor for every period of its age.")]
    [Range(1e-6, 1.0)]
    public double Gamma { get; init; } = 0.9;

    [Description("Whose age decays: Checkpoint (the paper's formula), Sample, or Both.")]
    public DecayClock Clock { get; init; } = DecayClock.Checkpoint;

    [Description("Reference vector: Normalised (unit gradients, averaged per class, then over classes) or Mean (plain TracInCP).")]
    public ReferenceKind Reference { get; init; } = ReferenceKind.Normalised;

    [Description("Cosine (the training gradient is divided by its norm too) or Dot.")]
    public Similarity Similarity { get; init; } = Similarity.Cosine;

    [Description("Sgd, or Adam: the training gradient is divided by the root of the checkpoint's second moments (exact gradients only).")]
    public GradientOptimizer Optimizer { get; init; } = GradientOptimizer.Sgd;

    [Description("None, or EmpiricalFisher: the reference vector is multiplied by the inverse of the training gradients' damped second moment at each checkpoint.")]
    public Curvature Curvature { get; init; } = Curvature.None;

    [Description("Damping of the EmpiricalFisher, as a multiple of its mean eigenvalue (trace/k).")]
    [Range(1e-6, 1e6)]
    public double Damping { get; init; } = 0.1;
}

/// <summary>How the top places are dealt out.</summary>
public enum Quota
{
    /// <summary>Per task and class, in proportion to training frequency.</summary>
    TaskAndClass,

    /// <summary>To the highest scores, whatever their task and class.</summary>
    None,
}

/// <summary>What the top places go by.</summary>
public enum SelectionBasis
{
    /// <summary>Influence score.</summary>
    Influence,

    /// <summary>Loss at the last checkpoint, highest first.</summary>
    Loss,

    /// <summary>Time of observation, newest first.</summary>
    Newest,
}

public sealed record SelectionOptions
{
    [Description("What the top places go by: Influence, Loss (highest at the last checkpoint first) or Newest (by observed_at). Baselines for experiments.")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SelectionBasis By { get; init; } = SelectionBasis.Influence;

    [Description("Kept samples: up to 1 a share of the training samples, above 1 a count.")]
    [Range(1e-6, 1e9)]
    public double Size { get; init; } = 0.5;

    [Description("Share of the places that go to the highest scores; the rest is drawn at random.")]
    [Range(0.0, 1.0)]
    public double TopShare { get; init; } = 0.30;

    [Description("TaskAndClass deals the top places out in proportion to training frequency; None is the plain rule of the paper.")]
    public Quota Quota { get; init; } = Quota.TaskAndClass;

    [Description("Never keep a sample with a negative score while its class has others.")]
    public bool ExcludeNegative { get; init; }
}

public enum TemplateForm
{
    Descriptor,
    Table,
    Description,
}

/// <summary>What nano reads.</summary>
public enum NanoReading
{
    /// <summary>One token a field, an answer a token.</summary>
    Compact,

    /// <summary>The instruction's bytes, as other bases read its words.</summary>
    Words,
}

/// <summary>Whether instructions are repeated.</summary>
public enum Resampling
{
    None,

    /// <summary>Those of rare classes, up to the ratio.</summary>
    Minority,
}

public sealed record TemplatingOptions
{
    [Description("How an instruction shows the fields: as the Descriptor says, Table (one line each) or Description (sentences).")]
    public TemplateForm Form { get; init; } = TemplateForm.Descriptor;

    // Left out of the JSON at their defaults, as above.
    [DefaultValue(NanoReading.Compact)]
    [Description("What nano reads: Compact (one token a field) or Words (the instruction's bytes); a data set with texts is always read as Words.")]
    public NanoReading Nano { get; init; } = NanoReading.Compact;

    [Description("Worked examples from the training side in every prompt that is read as words, balanced over the answers.")]
    [Range(0, 64)]
    [DefaultValue(0)]
    public int Shots { get; init; }

    [Description("None, or Minority: instructions of rare answers are repeated in the training data set, never on other sides.")]
    [DefaultValue(Resampling.None)]
    public Resampling Resample { get; init; } = Resampling.None;

    [Description("With Resample=Minority: the most frequent answer's instructions over any other's, at most.")]
    [Range(1.0, 1000.0)]
    [DefaultValue(2.0)]
    public double MinorityRatio { get; init; } = 2;
}

public sealed record TuningOptions
{
    [Description("Base model: nano, or the path of a Hugging Face Mistral folder.")]
    public string Base { get; init; } = "nano";

    [Description("LoRA rank r.")]
    [Range(1, 1024)]
    public int Rank { get; init; } = 8;

    [Description("LoRA α; the update is scaled by α/r.")]
    [Range(1e-3, 1e4)]
    public double Alpha { get; init; } = 16;

    [Description("Projections with an adapter, comma separated.")]
    public string Targets { get; init; } = "q_proj,k_proj,v_proj";

    [Description("Peak step rate; cosine to zero after warm-up.")]
    [Range(1e-8, 1.0)]
    public double LearningRate { get; init; } = 5e-3;

    [Description("Passes over the selected samples.")]
    [Range(1, 1000)]
    public int Epochs { get; init; } = 3;

    [Description("Optimizer steps at least: small data is passed over more often until they are done.")]
    [Range(0, 1_000_000)]
    public int MinimumSteps { get; init; } = 150;

    [Description("Samples per optimizer step.")]
    [Range(1, 4096)]
    public int BatchSize { get; init; } = 32;

    [Description("Share of the steps over which the rate rises from 0.")]
    [Range(0.0, 1.0)]
    public double Warmup { get; init; } = 0.05;

    [Description("Decoupled weight decay of AdamW.")]
    [Range(0.0, 1.0)]
    public double WeightDecay { get; init; }

    [Description("Gradient norm above which gradients are scaled down.")]
    [Range(1e-6, 1e9)]
    public double ClipNorm { get; init; } = 1.0;

    [Description("Optimizer steps in one slice at most.")]
    [Range(1, 100_000)]
    public int SliceSteps { get; init; } = 400;
}

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

    // Most are left out of the JSON at their defaults, as above.
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

    [Description("Gate signal: the lower end of AUC's interval lies above 0.5.")]
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

    [Description("Gate champion: KS does not fall, by the paired interval or by MaximumKsFall.")]
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

    [Description("Of free answers: fall of the mean token F1 against the champion beyond which a model is rejected.")]
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

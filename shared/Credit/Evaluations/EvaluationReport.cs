using System.Text.Json.Serialization;
using ZiGong.Contracts;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Splits;

namespace ZiGong.Credit.Evaluations;

/// <summary>All that an evaluation found, as it is stored with the run and shown to people.</summary>
/// <param name="Model">The tuned model on the test side; of three or more answers, like all that is compared with it, the bad outcome against the rest.</param>
/// <param name="Scorecard">Logistic regression on the same bins, trained on the whole training side.</param>
/// <param name="Majority">Always the more frequent class of the training side.</param>
/// <param name="AgainstScorecard">Model minus scorecard, paired.</param>
/// <param name="AgainstChampion">Model minus champion, paired; null without a champion that reads the same encoding.</param>
/// <param name="ScorecardC">Inverse strength of the scorecard's penalty, chosen by cross-validation on the training side.</param>
/// <param name="TrainingPositives">Bads on the training side.</param>
/// <param name="KeptPositives">Bads among the kept samples.</param>
/// <param name="Notes">What a reader of the figures has to know about the split.</param>
public sealed record EvaluationReport(
    MetricReport Model,
    MetricReport Scorecard,
    MetricReport Majority,
    DifferenceReport AgainstScorecard,
    DifferenceReport? AgainstChampion,
    double ScorecardC,
    IReadOnlyList<FairnessReport> Fairness,
    IReadOnlyList<FieldDrift> Drift,
    IReadOnlyList<GateResult> Gates,
    IReadOnlyList<string> FailedGates,
    int Training,
    int TrainingPositives,
    int Kept,
    int KeptPositives,
    string AdapterUri,
    Lineage Lineage,
    IReadOnlyList<string> Notes)
{
    // What follows came with version 3 of the evaluation: null or empty in older reports.

    /// <summary>ROC, KS point and calibration of the model on the test side.</summary>
    public ModelCurves? Curves { get; init; }

    /// <summary>The same of the scorecard.</summary>
    public ModelCurves? ScorecardCurves { get; init; }

    /// <summary>
    /// PSI of the score distribution, test side against reference side: of the <c>model</c> (on part of a large
    /// reference side) and of the <c>scorecard</c>.
    /// </summary>
    public IReadOnlyList<FieldDrift> ScoreDrift { get; init; } = [];

    /// <summary>Per class: how much was kept, and how well model and scorecard find it.</summary>
    public IReadOnlyList<ClassEffect> Classes { get; init; } = [];

    /// <summary>What the selection did to the shares of classes, periods and groups of protected fields, in this order.</summary>
    public IReadOnlyList<SelectionShare> Selection { get; init; } = [];

    /// <summary>Fairness of the scorecard, which saw the full training side: what the data had in store before pruning.</summary>
    public IReadOnlyList<FairnessReport> ScorecardFairness { get; init; } = [];

    /// <summary>Who and what is on two sides.</summary>
    public LeakFigures? Leaks { get; init; }

    /// <summary>The failed gates with their figures as numbers.</summary>
    public IReadOnlyList<GateFailure> Failures { get; init; } = [];

    /// <summary>Figures over all of three or more answers; null of two, where <see cref="Model"/> says everything.</summary>
    public AnswerFindings? AllAnswers { get; init; }

    /// <summary>
    /// Figures of free answers; null for a choice. With them <see cref="Model"/> and all that is compared with it
    /// hold no metrics: there is no KS of a text.
    /// </summary>
    public GenerativeFindings? Generative { get; init; }

    /// <summary>Name to value, as events carry them. Of three or more answers those of the bad outcome against the rest are named so.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, double> Figures => (Generative, AllAnswers) switch
    {
        ({ } free, _) => free.Figures,
        (_, { } all) => new Dictionary<string, double>(Model.Values.Select(v => KeyValuePair.Create(
            v.Key is Metric.Miss or Metric.AccGenerated ? $"{v.Key}" : $"{v.Key}OfBadAgainstRest", v.Value.Value)))
        {
            ["AccOfAllAnswers"] = all.Model.Accuracy.Value, ["MacroF1OfAllAnswers"] = all.Model.MacroF1.Value, ["MccOfAllAnswers"] = all.Model.Mcc.Value,
        },
        _ => Model.Values.ToDictionary(v => v.Key.ToString(), v => v.Value.Value),
    };

    /// <summary>What was found of the data set's further tasks; the gates look at the primary one alone.</summary>
    public IReadOnlyList<TaskFindings> OtherTasks { get; init; } = [];
}

/// <summary>A further task on its own test samples.</summary>
/// <param name="Model">Of a choice: the tuned model.</param>
/// <param name="Majority">Of a choice: always the more frequent class of its training samples.</param>
/// <param name="Generative">Of free answers.</param>
/// <param name="Fault">Why nothing was measured.</param>
public sealed record TaskFindings(string Task, MetricReport? Model, MetricReport? Majority, GenerativeFindings? Generative, string? Fault)
{
    /// <summary>Of a choice among three or more answers.</summary>
    public AnswerFindings? AllAnswers { get; init; }
}

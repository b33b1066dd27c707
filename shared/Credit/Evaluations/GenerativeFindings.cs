using System.Text.Json.Serialization;
using ZiGong.Credit.Metrics;

namespace ZiGong.Credit.Evaluations;

/// <summary>What a model wrote for one test sample.</summary>
public sealed record WrittenAnswer(string Id, string Truth, string Answer);

/// <summary>What an evaluation of free answers found.</summary>
/// <param name="Model">The tuned model on the test side.</param>
/// <param name="Baseline">Always the most frequent answer of the training side, on the same samples.</param>
/// <param name="BaselineAnswer">That answer.</param>
/// <param name="AgainstBaseline">Mean token F1, model minus baseline, paired.</param>
/// <param name="AgainstChampion">Mean token F1, model minus champion, paired; null without a champion.</param>
/// <param name="Examples">The first few answers by sample id.</param>
public sealed record GenerativeFindings(
    GenerativeReport Model,
    GenerativeReport Baseline,
    string BaselineAnswer,
    Difference AgainstBaseline,
    Difference? AgainstChampion,
    IReadOnlyList<WrittenAnswer> Examples)
{
    /// <summary>Metric name to value, as events carry them.</summary>
    [JsonIgnore]
    public IReadOnlyDictionary<string, double> Figures => new Dictionary<string, double>
    {
        [nameof(GenerativeReport.ExactMatch)] = Model.ExactMatch.Value,
        [nameof(GenerativeReport.TokenF1)] = Model.TokenF1.Value,
        [nameof(GenerativeReport.HallucinationRate)] = Model.HallucinationRate.Value,
        [nameof(GenerativeReport.UnsupportedShare)] = Model.UnsupportedShare.Value,
        [nameof(GenerativeReport.Empty)] = Model.Empty.Value,
    };
}

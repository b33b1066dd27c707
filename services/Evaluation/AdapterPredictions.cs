using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Metrics;
using ZiGong.Hosting;
using ZiGong.Mistral;
using ZiGong.Models;
using ZiGong.Storage;

namespace ZiGong.Evaluation;

/// <summary>What an adapter says of each sample.</summary>
/// <param name="Probabilities">P(positive) on the <see cref="ScoreGrid"/>: softmax over the likelihoods of the allowed answers with their ends.</param>
/// <param name="Generated">What each free, greedy generation amounted to.</param>
/// <param name="Scored">P(positive) of the samples that were only scored.</param>
public sealed record AdapterOutput(IReadOnlyList<double> Probabilities, IReadOnlyList<Predictions.Generated> Generated, IReadOnlyList<double> Scored)
{
    /// <summary>Place of the likeliest answer of each sample, −1 where one is no number; empty of two answers, where P says it.</summary>
    public IReadOnlyList<int> Said { get; init; } = [];
}

/// <summary>Asks a base with an adapter for its answers.</summary>
public sealed class AdapterPredictions(ArtifactStore artifacts, ModelStore models)
{
    /// <summary>
    /// Equal prompts have equal answers whatever stands beside them: each is computed once. Probabilities are on the <see cref="ScoreGrid"/>.
    /// </summary>
    /// <param name="baseModel">Its base.</param>
    /// <param name="adapter">Artifact of the adapter.</param>
    /// <param name="encoder">How samples become prompts.</param>
    /// <param name="answers">The allowed answers.</param>
    /// <param name="samples">What is asked for probability and free generation.</param>
    /// <param name="scored">
    /// What is asked for the probability alone, in batches of its own where its prompt is not among those: they never change what is said of the others.
    /// </param>
    /// <param name="progress">Told how many samples were done.</param>
    /// <param name="ct">Ends the work.</param>
    public async Task<AdapterOutput> PredictAsync(
        string baseModel, string adapter, IPromptEncoder encoder, AnswerSet answers, IReadOnlyList<Sample> samples, IReadOnlyList<Sample> scored,
        Action<int> progress, CancellationToken ct)
    {
        using var model = await LoadAsync(baseModel, adapter, encoder, ct);
        return PromptAnswering.Predict(model, encoder, answers, samples, scored, progress, ct);
    }

    /// <summary>What an adapter writes freely, greedily, for each sample.</summary>
    /// <param name="longest">Tokens of the longest answer that it has been trained on; it may write a little more.</param>
    public async Task<IReadOnlyList<string>> WriteAsync(
        string baseModel, string adapter, IPromptEncoder encoder, IReadOnlyList<Sample> samples, int longest, Action<int> progress, CancellationToken ct)
    {
        using var model = await LoadAsync(baseModel, adapter, encoder, ct);
        return PromptAnswering.Write(model, encoder, samples, longest, progress, ct);
    }

    private async Task<MistralModel> LoadAsync(string baseModel, string adapter, IPromptEncoder encoder, CancellationToken ct)
    {
        var folder = await artifacts.RequireFolderAsync(adapter, ct);
        var model = await models.LoadBaseAsync(baseModel, ct);
        try
        {
            PeftAdapter.Load(model, folder);
            return model.Config.VocabSize >= encoder.VocabularySize
                ? model
                : throw new InputException(
                    $"the model knows {model.Config.VocabSize} tokens, but its prompts are written with {encoder.VocabularySize}: "
                    + "it was tuned to read them in another way");
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}

/// <summary>The answers a task allows, and which of them is the bad outcome.</summary>
public sealed record AnswerSet(IReadOnlyList<string> Allowed, string Positive)
{
    public int PositiveIndex { get; } = Enumerable.Range(0, Allowed.Count).First(i => Allowed[i] == Positive);

    /// <summary>Three or more: right or wrong is then not told by the bad outcome alone.</summary>
    public bool AreMany => Allowed.Count > 2;

    /// <summary>Place of an allowed answer.</summary>
    public int PlaceOf(string answer) => Enumerable.Range(0, Allowed.Count).First(i => Allowed[i] == answer);

    /// <summary>Place of the likeliest answer on the <see cref="ScoreGrid"/>, of equal ones the first; −1 where one is no number.</summary>
    public static int Likeliest(ReadOnlySpan<double> logLikelihoods)
    {
        var (likeliest, highest) = (-1, double.NegativeInfinity);
        for (var answer = 0; answer < logLikelihoods.Length; answer++)
        {
            var p = ScoreGrid.Probability(logLikelihoods, answer);
            if (double.IsNaN(p))
            {
                return -1;
            }

            (likeliest, highest) = p > highest ? (answer, p) : (likeliest, highest);
        }

        return likeliest;
    }
}

using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Metrics;
using ZiGong.Hosting;
using ZiGong.Mistral;
using ZiGong.Storage;

namespace ZiGong.Evaluation;

/// <summary>What an adapter says of each sample.</summary>
/// <param name="Probabilities">P(positive): softmax over the log-likelihoods of the allowed answers, end of sequence included.</param>
/// <param name="Generated">What each free, greedy generation amounted to.</param>
/// <param name="Scored">P(positive) of the samples that were only scored.</param>
public sealed record AdapterOutput(IReadOnlyList<double> Probabilities, IReadOnlyList<Predictions.Generated> Generated, IReadOnlyList<double> Scored);

/// <summary>Asks a base with an adapter for its answers.</summary>
public sealed class AdapterPredictions(ArtifactStore artifacts, ModelStore models)
{
    private const int BatchSize = 32;

    /// <summary>Tokens beyond the longest answer that a generation may take before it counts as it stands.</summary>
    private const int Slack = 4;

    /// <param name="baseModel">Its base.</param>
    /// <param name="adapter">Artifact of the adapter.</param>
    /// <param name="encoder">How samples become prompts.</param>
    /// <param name="answers">The allowed answers.</param>
    /// <param name="samples">What is asked for probability and free generation.</param>
    /// <param name="scored">What is asked for the probability alone, in batches of its own: they never change what is said of the others.</param>
    /// <param name="progress">Told how many samples were done.</param>
    /// <param name="ct">Ends the work.</param>
    public async Task<AdapterOutput> PredictAsync(
        string baseModel, string adapter, IPromptEncoder encoder, AnswerSet answers, IReadOnlyList<Sample> samples, IReadOnlyList<Sample> scored,
        Action<int> progress, CancellationToken ct)
    {
        using var model = await LoadAsync(baseModel, adapter, encoder, ct);
        var generated = new Predictions.Generated[samples.Count];
        var probabilities = Answer(model, encoder, answers, samples, generated, progress, ct);
        return new AdapterOutput(probabilities, generated, Answer(model, encoder, answers, scored, generated: null, _ => { }, ct));
    }

    /// <summary>What an adapter writes freely, greedily, for each sample.</summary>
    /// <param name="longest">Tokens of the longest answer that it has been trained on; it may write a little more.</param>
    public async Task<IReadOnlyList<string>> WriteAsync(
        string baseModel, string adapter, IPromptEncoder encoder, IReadOnlyList<Sample> samples, int longest, Action<int> progress, CancellationToken ct)
    {
        using var model = await LoadAsync(baseModel, adapter, encoder, ct);
        var prompts = samples.Select(s => encoder.Encode(s).Prompt).ToList();
        var written = new string[samples.Count];
        foreach (var batch in TokenBatch.GroupOfOneLength([.. prompts.Select(p => p.Length)], BatchSize))
        {
            ct.ThrowIfCancellationRequested();
            var texts = model.Generate([.. batch.Select(i => prompts[i])], longest + Slack, encoder.EosId);
            for (var i = 0; i < batch.Length; i++)
            {
                // An untrained model writes anything, a NUL too, which the database's texts cannot hold.
                written[batch[i]] = encoder.Decode(texts[i]).Replace('\0', '\uFFFD').Trim();
            }

            progress(batch.Length);
        }

        return written;
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
                : throw new InputException($"the model knows {model.Config.VocabSize} tokens, but its prompts are written with {encoder.VocabularySize}: it was tuned to read them in another way");
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <param name="generated">Receives what each generation amounted to; null: nothing is generated.</param>
    /// <returns>P(positive) of each sample.</returns>
    private static double[] Answer(
        MistralModel model, IPromptEncoder encoder, AnswerSet answers, IReadOnlyList<Sample> samples, Predictions.Generated[]? generated, Action<int> progress, CancellationToken ct)
    {
        var prompts = samples.Select(encoder.Encode).ToList();
        var probabilities = new double[prompts.Count];
        foreach (var batch in TokenBatch.GroupOfOneLength([.. prompts.Select(p => p.Prompt.Length)], BatchSize))
        {
            ct.ThrowIfCancellationRequested();
            var asked = Array.ConvertAll(batch, i => prompts[i]);
            var longest = asked.Max(p => p.Answers.Max(a => a.Length)) + (generated is null ? 0 : Slack);
            using var continuations = new PromptContinuations(model, [.. asked.Select(p => p.Prompt)], longest);
            var likelihoods = answers.Allowed.Select((_, answer) => continuations.LogLikelihoods([.. asked.Select(p => p.Answers[answer])])).ToArray();
            var texts = generated is null ? [] : continuations.Generate(longest, encoder.EosId);
            for (var row = 0; row < batch.Length; row++)
            {
                probabilities[batch[row]] = Softmax([.. likelihoods.Select(l => l[row])], answers.PositiveIndex);
                generated?[batch[row]] = GeneratedAnswers.Judge(encoder.Decode(texts[row]), answers.Allowed, asked[row].Truth);
            }

            progress(batch.Length);
        }

        return probabilities;
    }

    /// <summary>exp(x_k) / Σ exp(x), safe for very negative likelihoods.</summary>
    public static double Softmax(ReadOnlySpan<double> logLikelihoods, int index)
    {
        var largest = double.NegativeInfinity;
        foreach (var value in logLikelihoods)
        {
            largest = Math.Max(largest, value);
        }

        var sum = 0.0;
        foreach (var value in logLikelihoods)
        {
            sum += Math.Exp(value - largest);
        }

        return Math.Exp(logLikelihoods[index] - largest) / sum;
    }
}

/// <summary>The answers a task allows, and which of them is the bad outcome.</summary>
public sealed record AnswerSet(IReadOnlyList<string> Allowed, string Positive)
{
    public int PositiveIndex { get; } = Enumerable.Range(0, Allowed.Count).First(i => Allowed[i] == Positive);
}

using TorchSharp;
using static TorchSharp.torch;

namespace ZiGong.Mistral;

/// <summary>Losses and likelihoods of answers; logits are computed for answer positions only.</summary>
public static class AnswerLoss
{
    /// <summary>
    /// Mean cross entropy over the answer tokens of each sample, then the mean over samples:
    /// <c>ℓ = 1/B Σ_b w_b · 1/n_b Σ_j −log p(token_j)</c>.
    /// </summary>
    /// <param name="model">With gradients flowing to whatever requires them.</param>
    /// <param name="batch">Prompts with their answers.</param>
    /// <param name="weights">w, one per sample; absent: 1. A weight of 0 leaves a sample out in place: B stays.</param>
    /// <returns>A scalar tensor of the logits' type, float32 at least.</returns>
    public static Tensor Mean(MistralModel model, TokenBatch batch, IReadOnlyList<double>? weights = null)
    {
        using var computing = ComputeThread.Enter();
        using var scope = NewDisposeScope();
        var (logs, sampleOf) = LogProbabilities(model, batch);                      // [N]
        var counts = Counts(sampleOf, batch.Count);
        var shares = Array.ConvertAll(sampleOf, sample => -(weights?[sample] ?? 1) / (counts[sample] * (double)batch.Count));
        return (logs * tensor(shares).to(logs.dtype).to(logs.device)).sum().MoveToOuterDisposeScope();
    }

    /// <summary>The loss of each sample by itself: <c>1/n Σ_j −log p(token_j)</c>, without gradients.</summary>
    public static double[] PerSample(MistralModel model, TokenBatch batch)
    {
        var sums = LogLikelihoods(model, batch);
        return [.. sums.Select((sum, sample) => -sum / (batch.Tokens[sample].Length - batch.AnswerStart[sample]))];
    }

    /// <summary>log p(answer | prompt), summed over the answer tokens with the end of sequence, without gradients.</summary>
    public static double[] LogLikelihoods(MistralModel model, TokenBatch batch)
    {
        using var computing = ComputeThread.Enter();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var (logs, sampleOf) = LogProbabilities(model, batch);                      // [N]
        var values = logs.to(ScalarType.Float64).ToArray<double>();
        var sums = new double[batch.Count];
        for (var i = 0; i < values.Length; i++)
        {
            sums[sampleOf[i]] += values[i];
        }

        return sums;
    }

    private static (Tensor Logs, int[] SampleOf) LogProbabilities(MistralModel model, TokenBatch batch)
    {
        var device = model.Embedding.device;
        var ids = tensor(batch.Padded(model.Config.VocabSize), [batch.Count, batch.Width]).to(device); // [B, T]
        var (rows, targets, sampleOf) = batch.Answers();
        var logits = model.LogitsAt(ids, batch.Lengths, rows);                      // [N, V]
        var wide = logits.dtype is ScalarType.Float64 ? logits : logits.to(ScalarType.Float32);
        var logs = nn.functional.log_softmax(wide, -1);                             // [N, V]
        return (logs.gather(1, tensor(targets).to(device).unsqueeze(1)).squeeze(1), sampleOf);
    }

    private static int[] Counts(int[] sampleOf, int samples)
    {
        var counts = new int[samples];
        foreach (var sample in sampleOf)
        {
            counts[sample]++;
        }

        return counts;
    }
}

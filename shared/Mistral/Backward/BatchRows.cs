using TorchSharp;
using ZiGong.Contracts;
using ZiGong.ModelFiles;
using static TorchSharp.torch;

namespace ZiGong.Mistral.Backward;

/// <summary>
/// A micro-batch as rows: B samples of T input tokens, padded on the right, and R answer rows each. The last token of a sample predicts nothing, so
/// it is not fed. Samples with fewer answers than R get answer rows of weight zero.
/// </summary>
internal sealed class BatchRows : IDisposable
{
    /// <param name="batch">The samples.</param>
    /// <param name="sampleWeights">What each sample's loss is multiplied by; null: 1.</param>
    /// <param name="config">Bounds tokens and lengths.</param>
    /// <param name="type">Of the weights.</param>
    /// <param name="device">Where everything is put.</param>
    /// <exception cref="ArgumentException">No samples, a sample without answer, a token outside the vocabulary, or not one weight per sample.</exception>
    /// <exception cref="InputException">A sample is longer than the model's positions.</exception>
    public BatchRows(TokenBatch batch, IReadOnlyList<double>? sampleWeights, MistralConfig config, ScalarType type, Device device)
    {
        batch.Check(config.VocabSize);
        config.CheckLength(batch.Width);
        if (sampleWeights is not null && sampleWeights.Count != batch.Count)
        {
            throw new ArgumentException($"{sampleWeights.Count} weights for {batch.Count} samples.", nameof(sampleWeights));
        }

        Samples = batch.Tokens.Length;
        Length = batch.Tokens.Max(tokens => tokens.Length) - 1;
        Answers = Enumerable.Range(0, Samples).Max(i => AnswerCount(batch, i));
        var ids = new long[Samples * Length];
        var rows = new long[Samples * Answers];
        var targets = new long[rows.Length];
        var weights = new double[rows.Length];
        AnswerPositions = new int[rows.Length];
        for (var i = 0; i < Samples; i++)
        {
            var tokens = batch.Tokens[i];
            for (var t = 0; t + 1 < tokens.Length; t++)
            {
                ids[(i * Length) + t] = tokens[t];
            }

            for (var a = 0; a < Answers; a++)
            {
                var real = a < AnswerCount(batch, i);
                var position = batch.AnswerStart[i] - 1 + (real ? a : 0);
                var row = (i * Answers) + a;
                AnswerPositions[row] = position;
                rows[row] = (i * Length) + position;
                targets[row] = tokens[position + 1];
                weights[row] = real ? (sampleWeights?[i] ?? 1) / AnswerCount(batch, i) : 0;
            }
        }

        Positions = [.. Enumerable.Range(0, ids.Length).Select(row => row % Length)];
        Ids = tensor(ids, device: device).DetachFromDisposeScope();
        AnswerRows = tensor(rows, device: device).DetachFromDisposeScope();
        Targets = tensor(targets, device: device).DetachFromDisposeScope();
        Weights = tensor(weights, dtype: type, device: device).DetachFromDisposeScope();
    }

    /// <summary>B.</summary>
    public int Samples { get; }

    /// <summary>T.</summary>
    public int Length { get; }

    /// <summary>R.</summary>
    public int Answers { get; }

    /// <summary>Position of each input row [B·T].</summary>
    public int[] Positions { get; }

    /// <summary>Position of each answer row [B·R].</summary>
    public int[] AnswerPositions { get; }

    /// <summary>[B·T] int64.</summary>
    public Tensor Ids { get; }

    /// <summary>[B·R] int64: the input rows that predict an answer token.</summary>
    public Tensor AnswerRows { get; }

    /// <summary>[B·R] int64.</summary>
    public Tensor Targets { get; }

    /// <summary>[B·R]: the sample's weight / its answer tokens, or 0 for padding.</summary>
    public Tensor Weights { get; }

    public void Dispose()
    {
        Ids.Dispose();
        AnswerRows.Dispose();
        Targets.Dispose();
        Weights.Dispose();
    }

    private static int AnswerCount(TokenBatch batch, int sample) => batch.Tokens[sample].Length - batch.AnswerStart[sample];
}

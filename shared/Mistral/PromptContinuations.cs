using TorchSharp;
using static TorchSharp.torch;

namespace ZiGong.Mistral;

/// <summary>
/// What follows some prompts of one length: they are computed once, and every answer and the greedy generation start from their keys
/// and values. Letters in the shapes: B prompts, T tokens, V vocabulary.
/// </summary>
public sealed class PromptContinuations : IDisposable
{
    private readonly MistralModel _model;
    private readonly KvCache _cache;
    private readonly int _samples;
    private readonly int _prompt; // tokens of each prompt
    private readonly int _longest;
    private readonly Tensor _logs; // [B, V] log-probabilities of the first token
    private readonly long[] _first; // [B] the likeliest of them
    private readonly List<ScoredAnswers> _scored = [];

    /// <param name="model">Asked without gradients.</param>
    /// <param name="prompts">B prompts of T tokens each.</param>
    /// <param name="longest">Most tokens that an answer or a generation may have.</param>
    /// <exception cref="ArgumentException">No prompts, empty ones, lengths differ, or a token is outside the vocabulary.</exception>
    /// <exception cref="InputException">Prompt and answer are longer than the model's positions.</exception>
    public PromptContinuations(MistralModel model, IReadOnlyList<int[]> prompts, int longest)
    {
        (_model, _samples, _prompt, _longest) = (model, prompts.Count, prompts.Count > 0 ? prompts[0].Length : 0, longest);
        if (_prompt == 0 || prompts.Any(prompt => prompt.Length != _prompt))
        {
            throw new ArgumentException(
                $"prompts of one length above 0 are expected; got {string.Join(", ", prompts.Select(prompt => prompt.Length))}.", nameof(prompts));
        }

        RequireKnown(prompts, nameof(prompts));
        var capacity = _prompt + Math.Max(0, longest - 1); // nothing follows the last token
        model.Config.CheckLength(capacity);
        _cache = new KvCache(model.Config, _samples, capacity, model.Embedding);
        try
        {
            (_logs, _first) = Start(prompts);
        }
        catch
        {
            _cache.Dispose();
            throw;
        }
    }

    /// <summary>log p(answer | prompt) of one answer to each prompt, summed over its tokens: what <see cref="AnswerLoss.LogLikelihoods"/> computes.</summary>
    /// <param name="answers">B answers, each with its end of sequence; their lengths may differ.</param>
    /// <returns>[B]</returns>
    /// <exception cref="ArgumentException">Not one answer per prompt, an empty or too long one, or a token outside the vocabulary.</exception>
    public double[] LogLikelihoods(IReadOnlyList<int[]> answers)
    {
        Check(answers);
        using var computing = ComputeThread.Enter();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var sums = At(_logs, [.. answers.Select(answer => (long)answer[0])]);       // [B]
        var width = answers.Max(answer => answer.Length) - 1;
        if (width == 0)
        {
            return sums;
        }

        var logits = After(answers, width).reshape(_samples * width, -1);           // [B · T, V]
        _scored.Add(new ScoredAnswers(answers, width, Likeliest(logits)));
        var next = At(LogProbabilities(logits), [.. answers.SelectMany(answer => Padded(answer[1..], width))]); // [B · T]
        for (var sample = 0; sample < _samples; sample++)
        {
            sums[sample] += next.Skip(sample * width).Take(answers[sample].Length - 1).Sum();
        }

        return sums;
    }

    /// <summary>The likeliest next token, again and again. Nothing is computed as long as every generation goes like an answer scored before.</summary>
    /// <returns>The new tokens of each prompt, without the <paramref name="eosId"/> that ended them.</returns>
    public int[][] Generate(int maxNewTokens, int eosId)
    {
        RequireRoom(maxNewTokens);
        using var computing = ComputeThread.Enter();
        using var noGrad = no_grad();
        _cache.Length = _prompt;
        var made = Array.ConvertAll(new int[_samples][], _ => new List<int>()); // with the end, and what follows it
        while (made[0].Count < maxNewTokens && made.Any(tokens => !tokens.Contains(eosId)))
        {
            var next = Known(made, eosId) ?? Computed(made);
            for (var sample = 0; sample < _samples; sample++)
            {
                made[sample].Add((int)next[sample]);
            }
        }

        return Array.ConvertAll(made, tokens => tokens.TakeWhile(token => token != eosId).ToArray());
    }

    public void Dispose()
    {
        _logs.Dispose();
        _cache.Dispose();
    }

    private (Tensor Logs, long[] First) Start(IReadOnlyList<int[]> prompts)
    {
        using var computing = ComputeThread.Enter();
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var logits = _model.Extend([.. prompts.SelectMany(prompt => prompt).Select(token => (long)token)], _samples, last: 1, _cache).squeeze(1); // [B, V]
        return (LogProbabilities(logits).DetachFromDisposeScope(), Likeliest(logits));
    }

    /// <summary>Logits after each of the first <paramref name="width"/> tokens of every sample. [B, T, V]</summary>
    private Tensor After(IReadOnlyList<int[]> answers, int width)
    {
        _cache.Length = _prompt;
        return _model.Extend([.. answers.SelectMany(answer => Padded(answer.AsSpan(0, answer.Length - 1), width))], _samples, width, _cache);
    }

    /// <returns>The next token of every generation that has not ended; null where one of them goes like no scored answer.</returns>
    private long[]? Known(List<int>[] made, int eosId)
    {
        if (made[0].Count == 0)
        {
            return _first;
        }

        var next = new long[_samples];
        for (var sample = 0; sample < _samples; sample++)
        {
            var known = _scored.Select(scored => scored.After(sample, made[sample])).FirstOrDefault(token => token is not null);
            if (known is null && !made[sample].Contains(eosId))
            {
                return null;
            }

            next[sample] = known ?? eosId;
        }

        return next;
    }

    /// <summary>Computes what the cache does not hold yet of every generation.</summary>
    private long[] Computed(List<int>[] made)
    {
        using var scope = NewDisposeScope();
        var held = _cache.Length - _prompt;
        return Likeliest(_model.Extend([.. made.SelectMany(tokens => tokens.Skip(held)).Select(token => (long)token)], _samples, last: 1, _cache).squeeze(1));
    }

    private void Check(IReadOnlyList<int[]> answers)
    {
        if (answers.Count != _samples || answers.Any(answer => answer.Length == 0))
        {
            throw new ArgumentException(
                $"answers of {string.Join(", ", answers.Select(answer => answer.Length))} tokens to {_samples} prompts; expected one each, not empty.",
                nameof(answers));
        }

        RequireRoom(answers.Max(answer => answer.Length));
        RequireKnown(answers, nameof(answers));
    }

    private void RequireKnown(IReadOnlyList<int[]> texts, string what)
    {
        if (texts.SelectMany(text => text).FirstOrDefault(token => (uint)token >= (uint)_model.Config.VocabSize) is var foreign and not 0)
        {
            throw new ArgumentException($"token {foreign} is outside the vocabulary of {_model.Config.VocabSize}.", what);
        }
    }

    private void RequireRoom(int tokens)
    {
        if (tokens > _longest)
        {
            throw new ArgumentException($"{tokens} tokens, but there is room for {_longest} after the prompts.", nameof(tokens));
        }
    }

    /// <summary>Rows that only pad a shorter answer are computed and left out: nothing before them sees them.</summary>
    private static IEnumerable<long> Padded(ReadOnlySpan<int> tokens, int width)
    {
        var padded = new long[width];
        for (var i = 0; i < tokens.Length; i++)
        {
            padded[i] = tokens[i];
        }

        return padded;
    }

    private static Tensor LogProbabilities(Tensor logits) =>
        nn.functional.log_softmax(logits.dtype is ScalarType.Float64 ? logits : logits.to(ScalarType.Float32), -1);

    private static long[] Likeliest(Tensor logits) => logits.argmax(-1).ToArray<long>();

    /// <summary>One value of each row.</summary>
    private static double[] At(Tensor logs, long[] tokens) =>
        logs.gather(1, tensor(tokens).to(logs.device).unsqueeze(1)).squeeze(1).to(ScalarType.Float64).ToArray<double>();

    /// <summary>Answers whose likelihood was asked for.</summary>
    /// <param name="Answers">One per prompt.</param>
    /// <param name="Width">Tokens of the longest but its last.</param>
    /// <param name="Next">[B · T] the likeliest token after each of them.</param>
    private sealed record ScoredAnswers(IReadOnlyList<int[]> Answers, int Width, long[] Next)
    {
        /// <returns>The likeliest token after these of a sample; null where its answer does not go like them, or ends with them.</returns>
        public long? After(int sample, List<int> tokens) =>
            tokens.Count < Answers[sample].Length && Answers[sample].AsSpan(0, tokens.Count).SequenceEqual([.. tokens])
                ? Next[(sample * Width) + tokens.Count - 1]
                : null;
    }
}

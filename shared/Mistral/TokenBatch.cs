namespace ZiGong.Mistral;

/// <summary>
/// Samples for one forward pass. <paramref name="Tokens"/>: prompt, then answer with its end of sequence. The answer occupies
/// <paramref name="AnswerStart"/> … end; the logits at p − 1 predict the token at p, so an answer starts at 1 or later.
/// </summary>
public sealed record TokenBatch(int[][] Tokens, int[] AnswerStart)
{
    public int Count => Tokens.Length;

    /// <summary>Every token after the first is to be predicted: plain language-model loss.</summary>
    public static TokenBatch LanguageModel(int[][] tokens) => new(tokens, [.. Enumerable.Repeat(1, tokens.Length)]);

    /// <summary>Tokens of the longest sample: the T of the padded rectangle.</summary>
    internal int Width => Tokens.Max(tokens => tokens.Length);

    internal int[] Lengths => Array.ConvertAll(Tokens, tokens => tokens.Length);

    /// <summary>Answer tokens of all samples, sample by sample: flat position of the logits that predict each, the token, its sample.</summary>
    internal (long[] Rows, long[] Targets, int[] SampleOf) Answers()
    {
        var (rows, targets, sampleOf) = (new List<long>(), new List<long>(), new List<int>());
        long width = Width;
        for (var sample = 0; sample < Count; sample++)
        {
            for (var position = AnswerStart[sample]; position < Tokens[sample].Length; position++)
            {
                rows.Add((sample * width) + position - 1);
                targets.Add(Tokens[sample][position]);
                sampleOf.Add(sample);
            }
        }

        return ([.. rows], [.. targets], [.. sampleOf]);
    }

    /// <summary>Right-padded ids, row by row.</summary>
    /// <exception cref="ArgumentException">No samples, a sample without answer, or a token outside the vocabulary.</exception>
    internal long[] Padded(int vocabulary)
    {
        Check(vocabulary);
        var width = Width;
        var ids = new long[Count * width];
        for (var sample = 0; sample < Count; sample++)
        {
            for (var position = 0; position < Tokens[sample].Length; position++)
            {
                ids[(sample * width) + position] = Tokens[sample][position];
            }
        }

        return ids;
    }

    /// <exception cref="ArgumentException">No samples, a sample without answer, or a token outside the vocabulary.</exception>
    internal void Check(int vocabulary)
    {
        if (Count == 0 || AnswerStart.Length != Count)
        {
            throw new ArgumentException($"{Count} samples with {AnswerStart.Length} answer starts; expected equal numbers above 0.");
        }

        for (var sample = 0; sample < Count; sample++)
        {
            var tokens = Tokens[sample];
            if (AnswerStart[sample] < 1 || AnswerStart[sample] >= tokens.Length)
            {
                throw new ArgumentException(
                    $"sample {sample}: the answer starts at {AnswerStart[sample]} of {tokens.Length} tokens; expected 1 to {tokens.Length - 1}.");
            }

            var foreign = Array.FindIndex(tokens, token => (uint)token >= (uint)vocabulary);
            if (foreign >= 0)
            {
                throw new ArgumentException($"sample {sample}: token {tokens[foreign]} at {foreign} is outside the vocabulary of {vocabulary}.");
            }
        }
    }
}

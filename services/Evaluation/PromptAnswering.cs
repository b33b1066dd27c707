using ZiGong.Credit;
using ZiGong.Credit.Metrics;
using ZiGong.Mistral;

namespace ZiGong.Evaluation;

/// <summary>Asks a loaded model for its answers. Every distinct prompt is computed once, in batches of one length.</summary>
internal static class PromptAnswering
{
    private static readonly BatchLimits Limits = new(Samples: 32);

    /// <summary>Tokens beyond the longest answer that a generation may take before it counts as it stands.</summary>
    private const int Slack = 4;

    /// <inheritdoc cref="AdapterPredictions.PredictAsync"/>
    public static AdapterOutput Predict(
        MistralModel model, IPromptEncoder encoder, AnswerSet answers, IReadOnlyList<Sample> samples, IReadOnlyList<Sample> scored,
        Action<int> progress, CancellationToken ct)
    {
        List<EncodedPrompt> prompts = [.. samples.Select(encoder.Encode)], further = [.. scored.Select(encoder.Encode)];
        var asked = new DistinctPrompts(prompts);
        var said = Answer(model, encoder, answers, asked, generates: true, progress, ct);
        var rest = new DistinctPrompts(further.Where(p => asked.Find(p) is null));
        var ofRest = Answer(model, encoder, answers, rest, generates: false, _ => { }, ct);
        return new AdapterOutput(
            [.. asked.PlaceOf.Select(place => said[place].Probability)],
            [.. asked.PlaceOf.Select((place, i) => GeneratedAnswers.Judge(said[place].Text, answers.Allowed, prompts[i].Truth))],
            [.. further.Select(p => asked.Find(p) is { } place ? said[place].Probability : ofRest[rest.Find(p)!.Value].Probability)]);
    }

    /// <inheritdoc cref="AdapterPredictions.WriteAsync"/>
    public static IReadOnlyList<string> Write(
        MistralModel model, IPromptEncoder encoder, IReadOnlyList<Sample> samples, int longest, Action<int> progress, CancellationToken ct)
    {
        var asked = new DistinctPrompts(samples.Select(encoder.Encode));
        var written = new string[asked.Prompts.Count];
        foreach (var batch in Batches(asked, longest + Slack))
        {
            ct.ThrowIfCancellationRequested();
            var texts = model.Generate([.. batch.Select(i => asked.Prompts[i].Prompt)], longest + Slack, encoder.EosId);
            for (var i = 0; i < batch.Length; i++)
            {
                // An untrained model writes anything, a NUL too, which the database's texts cannot hold.
                written[batch[i]] = encoder.Decode(texts[i]).Replace('\0', '\uFFFD').Trim();
            }

            progress(batch.Sum(i => asked.Times[i]));
        }

        return [.. asked.PlaceOf.Select(place => written[place])];
    }

    /// <returns>P(positive) of each distinct prompt, and what was written freely after it; empty where nothing is generated.</returns>
    private static (double Probability, string Text)[] Answer(
        MistralModel model, IPromptEncoder encoder, AnswerSet answers, DistinctPrompts prompts, bool generates, Action<int> progress, CancellationToken ct)
    {
        var said = new (double Probability, string Text)[prompts.Prompts.Count];
        var longest = prompts.Prompts.Select(p => p.Answers.Max(a => a.Length)).DefaultIfEmpty(0).Max() + (generates ? Slack : 0);
        foreach (var batch in Batches(prompts, longest))
        {
            ct.ThrowIfCancellationRequested();
            var asked = Array.ConvertAll(batch, i => prompts.Prompts[i]);
            using var continuations = new PromptContinuations(model, [.. asked.Select(p => p.Prompt)], longest);
            var likelihoods = answers.Allowed.Select((_, answer) => continuations.LogLikelihoods([.. asked.Select(p => p.Answers[answer])])).ToArray();
            var texts = generates ? continuations.Generate(longest, encoder.EosId) : [];
            for (var row = 0; row < batch.Length; row++)
            {
                said[batch[row]] = (
                    ScoreGrid.Probability([.. likelihoods.Select(l => l[row])], answers.PositiveIndex),
                    generates ? encoder.Decode(texts[row]) : "");
            }

            progress(batch.Sum(i => prompts.Times[i]));
        }

        return said;
    }

    private static int[][] Batches(DistinctPrompts prompts, int further) => Limits.CutByOneLength([.. prompts.Prompts.Select(p => p.Prompt.Length)], further);
}

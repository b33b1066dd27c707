using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using ZiGong.Models;
using ZiGong.Pipeline;
using ZiGong.Storage;

namespace ZiGong.Training.Fidelity;

/// <summary>What all trainings of a comparison share; only the members differ.</summary>
/// <param name="BaseModel">Hash or path of the base.</param>
/// <param name="Seed">Of LoRA start and order.</param>
/// <param name="Steps">Optimizer steps, however many members there are.</param>
/// <param name="Tuning">Rank, rate, batch size and so on of the tuning whose outcome is asked for; its epochs do not count.</param>
public sealed record SubsetProtocol(string BaseModel, ulong Seed, int Steps, TuningOptions Tuning)
{
    public LoraOptions Lora =>
        new(Tuning.Rank, Tuning.Alpha, Tuning.Targets.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    /// <summary>Everything that shapes an outcome besides members and reference samples.</summary>
    public IEnumerable<string> KeyParts =>
        [
            $"{CodeVersions.Tuning}", BaseModel, $"{Seed}", $"{Steps}", $"{Tuning.Rank}", $"{Tuning.Alpha:R}", Tuning.Targets, $"{Tuning.LearningRate:R}",
            $"{Tuning.BatchSize}", $"{Tuning.Warmup:R}", $"{Tuning.WeightDecay:R}", $"{Tuning.ClipNorm:R}"];
}

/// <summary>A training sample of a subset.</summary>
/// <param name="Weight">0 leaves it out in place: batches and step sizes stay as they are.</param>
public sealed record SubsetMember(string Id, Example Example, double Weight = 1);

/// <summary>Tunes the same start on a subset and asks what it is worth to each reference sample.</summary>
public static class SubsetTraining
{
    private static readonly BatchLimits EvaluationBatch = new(Samples: 32);

    /// <summary>The loss of every reference sample after training on the members alone, in nats per answer token.</summary>
    /// <exception cref="ArithmeticException">The training has diverged.</exception>
    public static async Task<double[]> LossesAsync(
        ModelStore models, ArtifactStore artifacts, SubsetProtocol protocol, IReadOnlyList<SubsetMember> members, IReadOnlyList<Example> references,
        CancellationToken ct)
    {
        var tuning = protocol.Tuning;
        using var training = await LoraTraining.OpenAsync(
            models, artifacts, protocol.BaseModel, protocol.Lora, SeededRandom.Derive(protocol.Seed, "subset"),
            new AdamWOptions(WeightDecay: tuning.WeightDecay), tuning.ClipNorm, state: null, ct);
        List<Example> examples = [.. members.Select(m => m.Example)];
        double[]? weights = members.All(m => m.Weight == 1) ? null : [.. members.Select(m => m.Weight)];
        var order = new HashOrder([.. members.Select(m => m.Id)], tuning.BatchSize, SeededRandom.Derive(protocol.Seed, "subset order"));
        var warmUp = (long)Math.Round(protocol.Steps * tuning.Warmup);
        for (var step = 0; step < protocol.Steps; step++)
        {
            ct.ThrowIfCancellationRequested();
            training.Step(examples, order.At(step), LearningRate.Cosine(step, tuning.LearningRate, warmUp, protocol.Steps), weights);
        }

        return Evaluate(training.Model, references);
    }

    /// <summary>The loss of every example, in nats per answer token.</summary>
    public static double[] Evaluate(MistralModel model, IReadOnlyList<Example> references)
    {
        int[] order = [.. Enumerable.Range(0, references.Count).OrderBy(i => references[i].Tokens.Length).ThenBy(i => i)];
        var losses = new double[references.Count];
        var inOrder = LoraTraining.Batches(references, order, EvaluationBatch).SelectMany(batch => AnswerLoss.PerSample(model, batch));
        foreach (var (loss, place) in inOrder.Zip(order))
        {
            losses[place] = loss;
        }

        return losses;
    }
}

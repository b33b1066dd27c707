using ZiGong.Contracts;
using ZiGong.Influence;
using ZiGong.Influence.Fidelity;
using ZiGong.Influence.Gradients;
using ZiGong.Mistral;
using ZiGong.Mistral.Backward;
using ZiGong.ModelFiles;
using ZiGong.Models;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.Training.Agent;

namespace ZiGong.Training.Fidelity;

/// <summary>
/// An agent trained as in a run, and at each of its checkpoints the products of all training with all reference gradients. Gradients are extracted once
/// for all spaces and forgotten again: what arms need are their products.
/// </summary>
/// <param name="baseModel">Hash of the base's folder; the same for all agents.</param>
public sealed class AgentScoring(FidelityPlan plan, AgentPiece piece, RunOptions options, string baseModel, ModelStore models, ArtifactStore artifacts)
{
    private readonly AgentPlan _agent = new([.. plan.Periods.Select(p => p.Samples)], options.Agent);

    /// <param name="report">Told steps done and steps in all.</param>
    /// <returns>A <see cref="ProductsFile"/>.</returns>
    public async Task<byte[]> RunAsync(Action<double, double> report, CancellationToken ct)
    {
        using var training = await LoraTraining.OpenAsync(
            models, artifacts, baseModel, new LoraOptions(), SeededRandom.Derive(piece.Seed, "agent"), new AdamWOptions(), options.Agent.ClipNorm,
            state: null, ct);
        var checkpoints = new List<CheckpointProducts>();
        for (var period = 0; period < _agent.Periods; period++)
        {
            var places = Enumerable.Range(0, plan.Training.Count).Where(i => plan.Training[i].Period == period);
            var examples = places.Select(i => Example(i, piece.Learned)).ToList();
            var order = new BatchOrder(examples.Count, options.Agent.BatchSize, SeededRandom.Derive(piece.Seed, "agent", $"{period}"));
            for (var step = 0; step < _agent.StepsIn(period); step++)
            {
                ct.ThrowIfCancellationRequested();
                training.Step(examples, order.At(step), _agent.RateAt(training.Steps));
                report(training.Steps, _agent.FirstStepOf(_agent.Periods));
            }

            checkpoints.Add(await LookAsync(training, period, ct));
        }

        return ProductsFile.Write(checkpoints);
    }

    private async Task<CheckpointProducts> LookAsync(LoraTraining training, int period, CancellationToken ct)
    {
        if (piece.Spaces.Count == 0)
        {
            var alone = SubsetTraining.Evaluate(training.Model, [.. plan.Training.Select((_, i) => Example(i, piece.Scored))]);
            return new CheckpointProducts(period + 1, null, _agent.RateSum(period), alone, new Dictionary<string, SpaceProducts>());
        }

        using var extractor = new GradientExtractor(training.Model, ExtractorSettings.Of(options.Gradients.MicroBatch));
        var (losses, rows) = Extract(extractor, [.. plan.Training.Select((s, i) => Tokenized(s.Id, Example(i, piece.Scored)))], ct);
        var (_, references) = Extract(extractor, [.. plan.References.Select(s => Tokenized(s.Id, ExampleOf(plan, s, s.Answer)))], ct);
        var folder = await artifacts.RequireFolderAsync(await training.SaveAsync(artifacts, ct), ct);
        var moments = CheckpointMoments.Read(Path.Combine(folder, TrainerState.MomentsFile), training.Steps);
        var builder = new SpaceBuilder(rows, references, extractor.Blocks, moments, options.TracSeq.Damping);
        var spaces = new Dictionary<string, SpaceProducts>(StringComparer.Ordinal);
        foreach (var space in piece.Spaces)
        {
            ct.ThrowIfCancellationRequested();
            spaces[space.Name] = builder.Build(space, CountSketch.SharedSeed);
        }

        return new CheckpointProducts(period + 1, plan.DecayIdentified ? plan.Periods[period].Time : null, _agent.RateSum(period), losses, spaces);
    }

    /// <summary>A planned sample with an answer behind its prompt.</summary>
    public static Example ExampleOf(FidelityPlan plan, PlannedSample sample, string answer) => new(plan.TokensOf(sample, answer), sample.Prompt.Count);

    private Example Example(int sample, IReadOnlyList<string> answers) => ExampleOf(plan, plan.Training[sample], answers[sample]);

    private static TokenizedSample Tokenized(string id, Example example) => new(id, example.Tokens, example.AnswerStart);

    /// <summary>In the order of the samples, whatever the extractor's.</summary>
    private static (double[] Losses, float[][] Rows) Extract(GradientExtractor extractor, List<TokenizedSample> samples, CancellationToken ct)
    {
        var place = samples.Select((s, i) => (s.Id, i)).ToDictionary(s => s.Id, s => s.i, StringComparer.Ordinal);
        var (losses, rows) = (new double[samples.Count], new float[samples.Count][]);
        extractor.Extract(
            samples,
            sketch: null,
            (entry, row, _) =>
            {
                losses[place[entry.SampleId]] = entry.Loss;
                rows[place[entry.SampleId]] = row.ToArray();
            },
            ct);
        return (losses, rows);
    }
}

using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Influence;
using ZiGong.Influence.Fidelity;
using ZiGong.Mistral;
using ZiGong.Mistral.Backward;
using ZiGong.ModelFiles;
using ZiGong.Models;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.TracSeqScoring;
using ZiGong.Training;
using ZiGong.Training.Agent;
using ZiGong.Training.Fidelity;

namespace ZiGong.AllInOne.Fidelity;

/// <summary>
/// An agent trained as in a run, and at each of its checkpoints the products of all training with all reference gradients. Gradients are extracted once
/// for all spaces and forgotten again: what arms need are their products.
/// </summary>
/// <param name="Base">Hash of the base's folder; the same for all agents.</param>
/// <param name="Seed">Of LoRA start and order of the samples.</param>
/// <param name="Learned">The answers that the agent is trained on, by training sample.</param>
/// <param name="Scored">The answers whose gradients and losses are asked for.</param>
/// <param name="Spaces">Empty: losses alone.</param>
public sealed record AgentScoring(
    FidelityData Data, RunOptions Options, string Base, ulong Seed, IReadOnlyList<string> Learned, IReadOnlyList<string> Scored, IReadOnlyList<GradientSpace> Spaces)
{
    private const int Version = 1;

    public string Key => ContentHash.Of(
    [
        "fidelity agent", $"{Version}", $"{CodeVersions.Agent}", $"{CodeVersions.Gradients}", Base, $"{Seed}", System.Text.Json.JsonSerializer.Serialize(Options.Agent), $"{Options.Tuning.ClipNorm:R}",
        $"{Options.TracSeq.Damping:R}", $"{Data.DecayIdentified}", .. Spaces.Select(s => s.Name), .. Data.Periods.Select(p => $"{p.Time:R}"),
        .. Data.Training.Select((s, i) => $"{s.Id} {Data.PeriodOf[i]} {Learned[i]} {Scored[i]}"), .. Data.References.Select(s => s.Id), ContentHash.Of(Data.Encoding.ToJson()),
    ]);

    public async Task<byte[]> RunAsync(ModelStore models, ArtifactStore artifacts, CancellationToken ct)
    {
        using var training = await LoraTraining.OpenAsync(
            models, artifacts, Base, new LoraOptions(), SeededRandom.Derive(Seed, "agent"), new AdamWOptions(), Options.Tuning.ClipNorm, state: null, ct);
        var plan = new AgentPlan([.. Data.Periods.Select(p => p.Samples)], Options.Agent);
        var checkpoints = new List<CheckpointProducts>();
        for (var period = 0; period < plan.Periods; period++)
        {
            var examples = Enumerable.Range(0, Data.Training.Count).Where(i => Data.PeriodOf[i] == period).Select(i => Example(i, Learned)).ToList();
            var order = new BatchOrder(examples.Count, Options.Agent.BatchSize, SeededRandom.Derive(Seed, "agent", $"{period}"));
            for (var step = 0; step < plan.StepsIn(period); step++)
            {
                ct.ThrowIfCancellationRequested();
                training.Step(examples, order.At(step), plan.RateAt(training.Steps));
            }

            checkpoints.Add(await LookAsync(training, artifacts, plan, period, ct));
        }

        return ProductsFile.Write(checkpoints);
    }

    private async Task<CheckpointProducts> LookAsync(LoraTraining training, ArtifactStore artifacts, AgentPlan plan, int period, CancellationToken ct)
    {
        if (Spaces.Count == 0)
        {
            var alone = SubsetTraining.Evaluate(training.Model, [.. Data.Training.Select((_, i) => Example(i, Scored))]);
            return new CheckpointProducts(period + 1, null, plan.RateSum(period), alone, new Dictionary<string, SpaceProducts>());
        }

        using var extractor = new GradientExtractor(training.Model, ExtractorSettings.Of(Options.Gradients.MicroBatch));
        var (losses, rows) = Extract(extractor, [.. Data.Training.Select((s, i) => Tokenized(s.Id, Example(i, Scored)))], ct);
        var spaces = new Dictionary<string, SpaceProducts>(StringComparer.Ordinal);
        var (_, references) = Extract(extractor, [.. Data.References.Select(s => Tokenized(s.Id, AgentSlices.ToExample(Data.Encoding.Encode(s))))], ct);
        var folder = await artifacts.RequireFolderAsync(await training.SaveAsync(artifacts, ct), ct);
        var moments = CheckpointMoments.Read(Path.Combine(folder, TrainerState.MomentsFile), training.Steps);
        var builder = new SpaceBuilder(rows, references, extractor.Blocks, moments, Options.TracSeq.Damping);
        foreach (var space in Spaces)
        {
            ct.ThrowIfCancellationRequested();
            spaces[space.Name] = builder.Build(space, GradientKeys.SketchSeed);
        }

        return new CheckpointProducts(period + 1, Data.DecayIdentified ? Data.Periods[period].Time : null, plan.RateSum(period), losses, spaces);
    }

    private Example Example(int sample, IReadOnlyList<string> answers) =>
        AgentSlices.ToExample(Data.Encoding.Encode(Data.Training[sample] with { Answer = answers[sample] }));

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

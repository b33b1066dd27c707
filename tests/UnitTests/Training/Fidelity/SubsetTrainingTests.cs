using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Mistral;
using ZiGong.Models;
using ZiGong.Storage;
using ZiGong.Training;
using ZiGong.Training.Fidelity;
using ZiGong.UnitTests.Mistral.Backward;

namespace ZiGong.UnitTests.Training.Fidelity;

public sealed class SubsetTrainingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zigong-subset-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_sample_of_weight_zero_teaches_nothing_whatever_its_answer()
    {
        var batch = Extraction.Batch(9, 7, 12, 10, 8);
        List<Example> examples = [.. batch.Tokens.Select((tokens, i) => new Example(tokens, batch.AnswerStart[i]))];
        var other = examples[2] with { Tokens = [.. examples[2].Tokens[..^1], (examples[2].Tokens[^1] + 1) % Extraction.Vocabulary] };

        var whole = await LossesAsync(examples, 1);
        var without = await LossesAsync(examples, 0);
        without.ShouldBe(await LossesAsync([.. examples[..2], other, .. examples[3..]], 0));
        without.ShouldNotBe(whole);
        whole.ShouldBe(await LossesAsync(examples, 1), "the same members give the same outcome");
    }

    private async Task<double[]> LossesAsync(List<Example> examples, double weightOfThird)
    {
        var given = Path.Combine(_folder, "base");
        using (var model = MistralModel.Random(Extraction.Tiny(), seed: 5))
        {
            model.Save(given);
        }

        var artifacts = new ArtifactStore(Path.Combine(_folder, "artifacts"));
        var protocol = new SubsetProtocol(given, 3, Steps: 6, new TuningOptions { BatchSize = 3, Rank = 2, LearningRate = 0.02 });
        var batch = Extraction.Batch(11, 6);
        return await SubsetTraining.LossesAsync(
            new ModelStore(artifacts), artifacts, protocol,
            [.. examples.Select((e, i) => new SubsetMember($"{i:x32}", e, i == 2 ? weightOfThird : 1))],
            [.. batch.Tokens.Select((tokens, i) => new Example(tokens, batch.AnswerStart[i]))],
            default);
    }
}

using Shouldly;
using Xunit;
using ZiGong.Credit;
using ZiGong.Evaluation;
using ZiGong.Hosting;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using ZiGong.Models;
using ZiGong.Storage;
using static ZiGong.UnitTests.Credit.Encodings.EncodingFixtures;

namespace ZiGong.UnitTests.Evaluation;

/// <summary>A nano with an adapter that says something, asked for samples of the small table; batches of 32 leave a smaller one at the end.</summary>
public sealed class AdapterPredictionsTests : IDisposable
{
    private static readonly AnswerSet Answers = new(["good", "bad"], "bad");

    private readonly string _folder = Directory.CreateTempSubdirectory("zigong-predictions-").FullName;
    private readonly ArtifactStore _artifacts;
    private readonly ModelStore _models;
    private readonly string _base;
    private readonly string _adapter;

    public AdapterPredictionsTests()
    {
        _artifacts = new ArtifactStore(Path.Combine(_folder, "artifacts"));
        _models = new ModelStore(_artifacts);
        using var model = MistralModel.Random(MistralConfig.Nano(Fitted.VocabularySize) with { InitializerRange = 0.1 }, seed: 3);
        model.AttachLora(new LoraOptions(), seed: 4);
        Mistral.Scenarios.FillB(model);
        _base = Path.Combine(_folder, "base");
        model.Save(_base);
        var adapter = Path.Combine(_folder, "adapter");
        PeftAdapter.Save(model, adapter, _base);
        _adapter = _artifacts.PutFolderAsync(adapter, default).GetAwaiter().GetResult();
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public async Task Equal_prompts_have_equal_probabilities_and_generations_whatever_stands_beside_them(int values)
    {
        Sample[] test = [.. Rows(77, i => i % values)], reference = [.. Rows(45, i => i % values)];

        var said = await PredictAsync(test, reference);

        said.Probabilities.Distinct().Count().ShouldBe(values);
        Enumerable.Range(0, test.Length).ShouldAllBe(i => said.Probabilities[i] == said.Probabilities[i % values]);
        said.Scored.Select((p, i) => (p, i)).ShouldAllBe(s => s.p == said.Probabilities[s.i % values]);
        Enumerable.Range(0, test.Length).Where(i => test[i].Answer == test[i % values].Answer)
            .ShouldAllBe(i => said.Generated[i] == said.Generated[i % values]);
    }

    [Fact]
    public async Task A_probability_is_the_same_among_few_and_among_many_but_for_the_edges_of_the_grid()
    {
        Sample[] many = [.. Rows(60, i => i)];
        var among = (await PredictAsync(many, [])).Probabilities;

        var (compared, apart) = (0, 0);
        foreach (var few in new[] { 1, 3, 13, 29, 47 })
        {
            foreach (var (alone, p) in (await PredictAsync(many[..few], [])).Probabilities.Zip(among))
            {
                alone.ShouldBe(p, 2.5e-4); // one step at most
                compared++;
                apart += alone == p ? 0 : 1;
            }
        }

        ((double)apart / compared).ShouldBeLessThan(0.05); // without a grid most of them are
    }

    [Fact]
    public async Task Every_sample_is_reported_done_however_many_share_a_prompt()
    {
        var done = 0;

        await PredictAsync([.. Rows(77, i => i % 3)], [], n => done += n);

        done.ShouldBe(77);
    }

    [Fact]
    public async Task Equal_prompts_are_answered_freely_alike()
    {
        var test = Rows(40, i => i % 2).ToList();

        var written = await new AdapterPredictions(_artifacts, _models).WriteAsync(_base, _adapter, Fitted, test, longest: 5, _ => { }, default);

        written.Count.ShouldBe(40);
        Enumerable.Range(0, 40).ShouldAllBe(i => written[i] == written[i % 2]);
    }

    private Task<AdapterOutput> PredictAsync(Sample[] test, Sample[] reference, Action<int>? progress = null) =>
        new AdapterPredictions(_artifacts, _models).PredictAsync(_base, _adapter, Fitted, Answers, test, reference, progress ?? (_ => { }), default);

    /// <summary>Samples of which those with equal values are shown to the model alike: the limit has ten bins.</summary>
    private static IEnumerable<Sample> Rows(int count, Func<int, int> value) => Enumerable.Range(0, count).Select(i => Of(
        5000 + i,
        ("limit", $"{1 + (10 * (value(i) % 10))}"), ("sex", value(i) / 10 % 2 == 0 ? "2" : "1"),
        ("region", value(i) < 20 ? "north" : value(i) < 40 ? "south" : "isle99")));
}

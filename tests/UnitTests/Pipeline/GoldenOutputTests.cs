using System.Text;
using Shouldly;
using TorchSharp;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Templates;
using ZiGong.Hosting;
using ZiGong.Influence;
using ZiGong.Influence.Gradients;
using ZiGong.Influence.Rules;
using ZiGong.Mistral;
using ZiGong.Mistral.Backward;
using ZiGong.ModelFiles;
using ZiGong.Models;
using ZiGong.Pipeline;
using ZiGong.Selection;
using ZiGong.Storage;
using ZiGong.TracSeqScoring;
using ZiGong.Training;
using ZiGong.UnitTests.Credit;
using ZiGong.UnitTests.Mistral.Backward;

namespace ZiGong.UnitTests.Pipeline;

/// <summary>
/// What the stages made of a small fixed input when their code version was last raised. Stored results are reused by key and the
/// version is part of the key, so bytes may only change together with it.
/// </summary>
public sealed class GoldenOutputTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zigong-golden-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Encoding() => Check(
        ContentHash.Of(EncodingOf().ToJson()), "4cff971fa01ddf3aaf099bb5bda031ae0d6c0486a0c453d7bae4c75a95fe2e0b", nameof(CodeVersions.Encoding),
        CodeVersions.Encoding);

    [Fact]
    public void Selection() => Check(
        ContentHash.Of(SelectionFile.Write(Select().Members)), "444876832af226a6b237e0236255483e7ed7660bb7c78fe90792b19e0b338695",
        nameof(CodeVersions.Selection), CodeVersions.Selection);

    [Fact]
    public void Dataset()
    {
        var encoding = EncodingOf();
        var template = new PromptTemplate(Tables.Descriptor(), null);
        using var stream = new MemoryStream();
        using (var writer = new InstructionWriter(stream))
        {
            foreach (var sample in Samples())
            {
                var prompt = encoding.Encode(sample);
                writer.Write(InstructionRecord.Of(template, sample) with
                {
                    Tokens = [.. prompt.Prompt, .. prompt.Answers[prompt.Truth]],
                    AnswerStart = prompt.Prompt.Length,
                });
            }
        }

        Check(
            ContentHash.Of(stream.ToArray()), "b22ee1636a3656f4040b4589157184943783db93cdfcdb062f527d8449fab5df", nameof(CodeVersions.Dataset),
            CodeVersions.Dataset);
    }

    [Fact]
    public void Sketch()
    {
        // Small whole numbers add up exactly, so the bytes do not depend on the processor.
        var gradient = Enumerable.Range(0, 3000).Select(i => (float)((i % 17) - 8)).ToArray();
        var sketch = new float[64];
        new CountSketch(64, CountSketch.SharedSeed, [new ParameterBlock("a", 1000), new ParameterBlock("b", 2000)]).Apply(gradient, sketch);
        Check(
            ContentHash.Of(sketch.Select(v => $"{v}")), "47448c3bbb37bd4b66b44d277d99b1d528d966897f6dfce6c7c20381d148cec8", nameof(CodeVersions.Gradients),
            CodeVersions.Gradients);
    }

    [Fact]
    public void Gradients()
    {
        using var model = Extraction.Model(Extraction.Tiny(), torch.ScalarType.Float32);
        using var extractor = new GradientExtractor(model);
        var path = Path.Combine(_folder, "gradients");
        using (var stream = File.Create(path))
        {
            extractor.Write(
                stream, Extraction.Samples(Extraction.Batch(9, 7, 12)), new CountSketch(16, CountSketch.SharedSeed, extractor.Blocks), GradientStorage.Single,
                default);
        }

        using var file = GradientFile.Open(path);
        var row = new float[16];
        var figures = new List<double>();
        for (var i = 0; i < file.Count; i++)
        {
            file.Read(i, row);
            figures.AddRange([file.Entries[i].Loss, file.Entries[i].Norm, row[0], row[5], row[15]]);
        }

        file.Entries.Select(e => e.SampleId).ShouldBe([Extraction.Id(1), Extraction.Id(0), Extraction.Id(2)]);
        Check(
            figures,
            [
                6.168996, 9.984148, -6.146249, 0.693460, -2.414076,
                4.224660, 13.189228, -8.117933, -2.816349, -1.172539,
                4.340644, 11.063539, 0.557930, -3.510234, 2.312396,
            ],
            nameof(CodeVersions.Gradients),
            CodeVersions.Gradients);
    }

    [Fact]
    public void Reference()
    {
        var vector = new ReferenceVector("credit", ["good", "bad"], 4);
        vector.Add("a", "good", [3, 0, 4, 0]);
        vector.Add("b", "good", [0, 1, 0, 0]);
        vector.Add("c", "bad", [0, 0, -2, 0]);
        Check(vector.Build().Select(v => (double)v), [0.15, 0.25, -0.3, 0], nameof(CodeVersions.Reference), CodeVersions.Reference);
    }

    [Fact]
    public void Curvature()
    {
        var solved = new EmpiricalFisher([[3, 0, 4, 0], [0, 1, 0, 2], [1, -1, 1, -1]], damping: 0.1).Solve([0.15f, 0.25f, -0.3f, 0]);
        string[] chosen = [.. EmpiricalFisher.Choose(Enumerable.Range(0, 8).Select(i => $"{i:x32}"), seed: 1, most: 3)];
        Check(
            [.. solved.Select(v => (double)v), .. chosen.Select(id => (double)(id[^1] - '0'))],
            [0.868742, 0.648100, -0.663463, -0.297268, 0, 3, 5],
            nameof(CodeVersions.Reference),
            CodeVersions.Reference);
    }

    [Fact]
    public void Partials()
    {
        double[] partials = [PartialScore.Of("a", [3, 4], [1, 2], 0.1, Similarity.Dot), PartialScore.Of("a", [3, 4], [1, 2], 0.1, Similarity.Cosine)];
        Check(partials, [1.1, 0.22], nameof(CodeVersions.Partials), CodeVersions.Partials);
    }

    [Theory]
    [InlineData(nameof(CodeVersions.Agent), CodeVersions.Agent)]
    [InlineData(nameof(CodeVersions.Tuning), CodeVersions.Tuning)]
    public async Task Training(string name, int version)
    {
        var given = Path.Combine(_folder, "base");
        using (var model = MistralModel.Random(Extraction.Tiny(), seed: 5))
        {
            model.Save(given);
        }

        var artifacts = new ArtifactStore(Path.Combine(_folder, "artifacts"));
        using var training = await LoraTraining.OpenAsync(
            new ModelStore(artifacts), artifacts, given, new LoraOptions(), seed: 6, new AdamWOptions(), clipNorm: 1, state: null, default);
        var batch = Extraction.Batch(9, 7, 12, 10, 8);
        var examples = batch.Tokens.Select((tokens, i) => new Example(tokens, batch.AnswerStart[i])).ToList();
        var order = new BatchOrder(examples.Count, 2, 3);
        var losses = Enumerable.Range(0, 5).Select(step => training.Step(examples, order.At(step), 0.02)).ToList();
        Check(losses, [4.853631, 5.650935, 5.239412, 2.750897, 2.815455], name, version);
    }

    private static void Check(string actual, string golden, string name, int version) => (actual == golden).ShouldBeTrue($"{actual}\n{Advice(name, version)}");

    private static void Check(IEnumerable<double> actual, double[] golden, string name, int version)
    {
        var figures = actual.ToArray();
        figures.Length.ShouldBe(golden.Length, string.Join(", ", figures.Select(f => $"{f:R}")));
        for (var i = 0; i < golden.Length; i++)
        {
            figures[i].ShouldBe(golden[i], 1e-4 * golden.Max(Math.Abs), $"{string.Join(", ", figures.Select(f => $"{f:R}"))}\n{Advice(name, version)}");
        }
    }

    private static string Advice(string name, int version) =>
        $"the stage makes other results than before: raise CodeVersions.{name} (now {version}), so that nobody reuses the old ones, "
        + "then record the new output here";

    private static List<Sample> Samples() => [.. Tables.Read(
        Tables.Descriptor(),
        Tables.LoansHeader + "\n" + string.Concat(Enumerable.Range(0, 24).Select(i =>
            $"L{i},C{i % 9},2023-{1 + (i % 12):00},{1000 + (137 * i % 811)},{(i % 3 == 0 ? "S" : "F")},{(i % 5 == 0 ? "" : $"n{i % 4}")},"
            + $"{(i % 2 == 0 ? "f" : "m")},{(i % 4 == 0 ? 1 : 0)}\n")))
        .Select(r => r.Sample!)];

    private static SampleEncoding EncodingOf() => SampleEncoding.Fit(Tables.Descriptor(), Samples(), new EncodingOptions(5));

    private static SelectionOutcome Select() => TopKWithRandom.Select(
        [.. Enumerable.Range(0, 60).Select(i => new ScoredSample($"{i:x32}", "credit", i % 5 == 0 ? "bad" : "good", ((i * 37 % 60) - 20) / 16.0))],
        new SelectionPolicy(),
        SeededRandom.Derive(1, "selection"));
}

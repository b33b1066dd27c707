using System.Diagnostics;
using TorchSharp;
using ZiGong.Contracts;
using ZiGong.Mistral;
using ZiGong.Mistral.Backward;
using ZiGong.ModelFiles;
using ZiGong.Testing;
using static TorchSharp.torch;

namespace ZiGong.Benchmarks;

/// <summary>
/// Per-sample LoRA gradients a second (r = 8, α = 16, q/k/v, 60 to 110 tokens, labels on the last two) against the way of LESS: one sample at a
/// time, autograd, logits at all positions. Start the process with OMP_NUM_THREADS=1 and MKL_NUM_THREADS=1. Rounds of both are interleaved,
/// because other load on the machine then hits both.
/// </summary>
public static class ExtractionBenchmark
{
    private sealed record Size(string Name, MistralConfig Config, int Ours, int Theirs, int Rounds, double Wanted);

    private static readonly Size[] Sizes =
    [
        new("nano", MistralConfig.Nano(2048), Ours: 128, Theirs: 24, Rounds: 7, Wanted: 2.5),
        new("small", Shape(256, 6, 8192), Ours: 64, Theirs: 12, Rounds: 5, Wanted: 1.9),
        new("mid", Shape(512, 8, 32000), Ours: 32, Theirs: 6, Rounds: 5, Wanted: 2.0),
    ];

    /// <param name="batchSize">Most samples of a micro-batch.</param>
    /// <param name="only">Names of sizes (nano, small, mid), or trained, which needs the shared data; empty: all.</param>
    public static IReadOnlyList<BenchmarkRow> Run(int batchSize = 16, params IReadOnlyList<string> only)
    {
        var settings = new ExtractorSettings(BatchSize: batchSize);
        var rows = new List<BenchmarkRow>();
        foreach (var size in Sizes.Where(size => only.Count == 0 || only.Contains(size.Name)))
        {
            using var model = Model(size.Config);
            using var extractor = new GradientExtractor(model, settings);
            var ours = Samples(size.Ours, size.Config.VocabSize, seed: 1);
            var theirs = Samples(size.Theirs, size.Config.VocabSize, seed: 2);
            rows.Add(Compare(
                $"gradients, {size.Name}", "one sample at a time (LESS)", size.Rounds, "samples/s", size.Wanted,
                () => Rate(ours.Length, () => Extract(extractor, ours)),
                () => Rate(theirs.Length, () => OneAtATime(model, theirs))));
            if (size.Name == "nano")
            {
                rows.Add(TwoWorkers(model, settings, ours));
                rows.Add(Training(size.Config));
            }
        }

        if ((only.Count == 0 || only.Contains("trained")) && SharedData.Available)
        {
            rows.Add(Trained(settings));
        }

        return rows;
    }

    /// <summary>A trained agent takes the time of an untrained one: numbers that are all but zero cost nothing.</summary>
    private static BenchmarkRow Trained(ExtractorSettings settings)
    {
        var (fresh, trained, samples) = TrainedAgent.Make(TrainedAgent.Steps, count: 512);
        using var _ = fresh;
        using var __ = trained;
        using var before = new GradientExtractor(fresh, settings);
        using var after = new GradientExtractor(trained, settings);
        return Compare(
            "gradients, trained on UCI's panel", "before training", rounds: 5, "samples/s", wanted: 0.8,
            () => Rate(samples.Length, () => Extract(after, samples)),
            () => Rate(samples.Length, () => Extract(before, samples)));
    }

    private static BenchmarkRow TwoWorkers(MistralModel model, ExtractorSettings settings, IReadOnlyList<TokenizedSample> samples)
    {
        using var first = new GradientExtractor(model, settings);
        using var second = new GradientExtractor(model, settings);
        var double_ = samples.Concat(samples.Select(sample => sample with { Id = sample.Id[..31] + "f" })).ToArray();
        return Compare(
            "gradients, nano, two workers", "one worker", rounds: 5, "samples/s", wanted: null,
            () => WallRate(double_.Length, () => Parallel.ForEach(
                new[] { (first, double_[..samples.Count]), (second, double_[samples.Count..]) },
                new ParallelOptions { MaxDegreeOfParallelism = 2 },
                work => Extract(work.Item1, work.Item2))),
            () => WallRate(samples.Count, () => Extract(first, samples)));
    }

    private static BenchmarkRow Training(MistralConfig config)
    {
        using var written = Model(config);
        using var automatic = Model(config);
        using var byHand = new Trainer(written, written.LoraParameters);
        using var byAutograd = new Trainer(automatic, automatic.LoraParameters, byHand: false);
        var samples = Samples(64, config.VocabSize, seed: 3);
        var batches = BatchPlan.ByLength(samples, 16, int.MaxValue)
            .Select(indices => new TokenBatch(
                Array.ConvertAll(indices, i => samples[i].Tokens), Array.ConvertAll(indices, i => samples[i].AnswerStart)))
            .ToArray();
        var tokens = samples.Sum(s => s.Tokens.Length);
        return Compare(
            "LoRA training, nano", "autograd", rounds: 5, "tokens/s", wanted: null, () => Rate(tokens, () => Epoch(byHand)),
            () => Rate(tokens, () => Epoch(byAutograd)));

        void Epoch(Trainer trainer)
        {
            foreach (var batch in batches)
            {
                trainer.Step([batch], 1e-4);
            }
        }
    }

    private static BenchmarkRow Compare(
        string name, string baseline, int rounds, string unit, double? wanted, Func<double> ours, Func<double> theirs)
    {
        ours();
        theirs();
        var measured = Enumerable.Range(0, rounds).Select(_ => (Ours: ours(), Theirs: theirs())).ToArray();
        var row = new BenchmarkRow(
            name, baseline, Median(measured.Select(m => m.Ours)), Median(measured.Select(m => m.Theirs)), unit,
            Median(measured.Select(m => m.Ours / m.Theirs)), wanted);
        Console.WriteLine(
            baseline.Length == 0
                ? $"{row.Name}: {row.Ours:F0} {unit}"
                : $"{row.Name}: {row.Ours:F1} {unit}, {baseline} {row.Theirs:F1}: {row.Ratio:F2} times" + (wanted is null ? "" : $" (wanted {wanted})"));
        return row;
    }

    private static void Extract(GradientExtractor extractor, IReadOnlyList<TokenizedSample> samples) =>
        extractor.Extract(samples, sketch: null, (_, _, _) => { }, CancellationToken.None);

    /// <summary>As LESS collects gradients: backward of one sample's loss over full logits, all gradients in one vector.</summary>
    private static void OneAtATime(MistralModel model, IReadOnlyList<TokenizedSample> samples)
    {
        foreach (var sample in samples)
        {
            using var scope = NewDisposeScope();
            foreach (var (_, value) in model.LoraParameters)
            {
                value.grad = null;
            }

            var length = sample.Tokens.Length;
            var ids = tensor(Array.ConvertAll(sample.Tokens, token => (long)token), [1, length]);
            var logits = model.Logits(model.Hidden(ids, [length])); // [1, T, V]
            var labels = Enumerable.Range(1, length - 1).Select(t => t >= sample.AnswerStart ? (long)sample.Tokens[t] : -100).ToArray();
            nn.functional.cross_entropy(logits[0].narrow(0, 0, length - 1), tensor(labels)).backward();
            cat([.. model.LoraParameters.Select(parameter => parameter.Value.grad!.flatten())], 0).ToArray<float>();
        }
    }

    private static MistralModel Model(MistralConfig config)
    {
        var model = MistralModel.Random(config, seed: 1);
        model.AttachLora(new LoraOptions(), seed: 2);
        using var noGradient = no_grad();
        foreach (var (_, value) in model.LoraParameters)
        {
            value.normal_(0, 0.02);
        }

        return model;
    }

    private static TokenizedSample[] Samples(int count, int vocabulary, ulong seed)
    {
        var random = new SeededRandom(seed);
        return [.. Enumerable.Range(0, count).Select(i =>
        {
            var length = 60 + random.NextInt(51);
            return new TokenizedSample($"{i:x32}", [.. Enumerable.Range(0, length).Select(_ => random.NextInt(vocabulary))], length - 2);
        })];
    }

    private static MistralConfig Shape(int hidden, int layers, int vocabulary) => MistralConfig.Nano(vocabulary) with
    {
        HiddenSize = hidden,
        IntermediateSize = hidden * 11 / 4,
        Layers = layers,
        Heads = hidden / 32,
        KvHeads = hidden / 64,
    };

    /// <summary>Per second of processor time: with one thread that is the time of a machine of its own.</summary>
    private static double Rate(int count, Action action)
    {
        var start = Environment.CpuUsage.TotalTime;
        action();
        return count / (Environment.CpuUsage.TotalTime - start).TotalSeconds;
    }

    private static double WallRate(int count, Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return count / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}

using System.Globalization;
using Shouldly;
using Xunit;
using ZiGong.Influence.Gradients;
using ZiGong.Mistral;
using ZiGong.Mistral.Backward;
using ZiGong.ModelFiles;
using ZiGong.Testing;

namespace ZiGong.UnitTests.Mistral.Backward;

/// <summary>What the sketch costs in scores, on gradients of a nano model that has learned a little of the German credit data.</summary>
public sealed class SketchOnRealGradientsTests
{
    private const int Buckets = 4096;
    private const int Eos = 2;
    private const int FirstAnswer = 3;

    [SharedDataFact]
    public void Scores_on_German_credit_keep_their_order_under_the_sketch()
    {
        var (samples, vocabulary) = German(rows: 320);
        using var model = MistralModel.Random(MistralConfig.Nano(vocabulary), seed: 1);
        model.AttachLora(new LoraOptions(), seed: 2);
        Train(model, samples);
        using var extractor = new GradientExtractor(model);
        var sketch = new CountSketch(Buckets, seed: 11, extractor.Blocks);
        var (exact, sketched, errors) = Score(extractor, sketch, samples[..240], samples[240..]);

        errors.Average().ShouldBeLessThan(1 / Math.Sqrt(Buckets));
        errors.Max().ShouldBeLessThan(5 / Math.Sqrt(Buckets));
        Correlation(Ranks(exact), Ranks(sketched)).ShouldBeGreaterThan(0.98);
        TopShare(exact, sketched, 0.3).ShouldBeGreaterThan(0.9);
    }

    /// <summary>Inner products of training gradients with the normalised reference mean, exact and sketched, and each one's relative error.</summary>
    private static (double[] Exact, double[] Sketched, double[] Errors) Score(
        GradientExtractor extractor, CountSketch sketch, TokenizedSample[] train, TokenizedSample[] reference)
    {
        var sum = new double[extractor.Dimension];
        extractor.Extract(reference, sketch: null, (entry, row, _) => GradientRows.AddNormalised(row, entry.Norm, sum), CancellationToken.None);
        var mean = Array.ConvertAll(sum, x => (float)(x / reference.Length));
        var sketchedMean = Sketched(mean);
        var meanNorm = Math.Sqrt(GradientRows.Dot(mean, mean));
        var (exact, sketched, errors) = (new List<double>(), new List<double>(), new List<double>());
        extractor.Extract(
            train,
            sketch: null,
            (entry, row, _) =>
            {
                exact.Add(GradientRows.Dot(row, mean));
                sketched.Add(GradientRows.Dot(Sketched(row), sketchedMean));
                errors.Add(CountSketch.RelativeError(exact[^1], sketched[^1], entry.Norm, meanNorm));
            },
            CancellationToken.None);
        return ([.. exact], [.. sketched], [.. errors]);

        float[] Sketched(ReadOnlySpan<float> row)
        {
            var result = new float[sketch.Buckets];
            sketch.Apply(row, result);
            return result;
        }
    }

    private static void Train(MistralModel model, TokenizedSample[] samples)
    {
        using var trainer = new Trainer(model, model.LoraParameters);
        foreach (var chunk in samples.Chunk(16))
        {
            var batch = new TokenBatch(Array.ConvertAll(chunk, s => s.Tokens), Array.ConvertAll(chunk, s => s.AnswerStart));
            trainer.Step([batch], rate: 5e-3);
        }
    }

    /// <summary>One token for each attribute and value, numbers cut into four bins; answers are tokens 3 (good) and 4 (bad).</summary>
    private static (TokenizedSample[] Samples, int Vocabulary) German(int rows)
    {
        var table = File.ReadLines(SharedData.Require("calm/german.data")).Take(rows)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToArray();
        var columns = Enumerable.Range(0, 20).Select(c => Bins([.. table.Select(row => row[c])])).ToArray();
        var tokens = new Dictionary<string, int>(StringComparer.Ordinal);
        var samples = table.Select((row, i) => new TokenizedSample(
            Extraction.Id(i),
            [1, .. Enumerable.Range(0, 20).Select(c => Token($"{c}={columns[c][i]}")), FirstAnswer + int.Parse(row[20], CultureInfo.InvariantCulture) - 1, Eos],
            AnswerStart: 21)).ToArray();
        return (samples, FirstAnswer + 2 + tokens.Count);

        int Token(string text) => tokens.TryGetValue(text, out var token) ? token : tokens[text] = FirstAnswer + 2 + tokens.Count;
    }

    private static string[] Bins(string[] values)
    {
        if (!double.TryParse(values[0], CultureInfo.InvariantCulture, out _))
        {
            return values;
        }

        var numbers = Array.ConvertAll(values, value => double.Parse(value, CultureInfo.InvariantCulture));
        var sorted = numbers.Order().ToArray();
        return Array.ConvertAll(numbers, number => $"{Enumerable.Range(1, 3).Count(q => number > sorted[q * sorted.Length / 4])}");
    }

    private static double[] Ranks(double[] values)
    {
        var order = Enumerable.Range(0, values.Length).OrderBy(i => values[i]).ToArray();
        var ranks = new double[values.Length];
        for (var i = 0; i < order.Length; i++)
        {
            ranks[order[i]] = i;
        }

        return ranks;
    }

    private static double Correlation(double[] x, double[] y)
    {
        var (meanX, meanY) = (x.Average(), y.Average());
        return x.Zip(y, (a, b) => (a - meanX) * (b - meanY)).Sum() / Math.Sqrt(x.Sum(a => (a - meanX) * (a - meanX)) * y.Sum(b => (b - meanY) * (b - meanY)));
    }

    private static double TopShare(double[] exact, double[] sketched, double share)
    {
        var count = (int)(exact.Length * share);
        return Top(exact).Intersect(Top(sketched)).Count() / (double)count;

        IEnumerable<int> Top(double[] scores) => Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).Take(count);
    }
}

using Shouldly;
using TorchSharp;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Mistral;

public sealed class MistralModelTests
{
    [Theory]
    [InlineData(null)]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public void The_model_computes_what_plain_loops_over_tokens_and_heads_compute(int? window)
    {
        using var scope = NewDisposeScope();
        using var model = Scenarios.WithAdapter(Scenarios.Small with { SlidingWindow = window });
        var ids = Scenarios.Ids(1, 8);
        var expected = NaiveMistral.Hidden(model, ids);
        var hidden = model.Hidden(Scenarios.Rows(ids), [8]).squeeze(0);
        for (var position = 0; position < ids.Length; position++)
        {
            hidden[position].ToArray<double>().Zip(expected[position]).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-10);
        }
    }

    [Fact]
    public void A_window_as_long_as_the_text_changes_nothing_and_a_shorter_one_does()
    {
        using var scope = NewDisposeScope();
        Tensor Run(int? window)
        {
            using var model = MistralModel.Random(Scenarios.Small with { SlidingWindow = window }, 1, ScalarType.Float64);
            return model.Hidden(Scenarios.Rows(Scenarios.Ids(1, 12)), [12]);
        }

        Run(12).SameAs(Run(null)).ShouldBeTrue();
        Scenarios.Distance(Run(11), Run(null)).ShouldBeGreaterThan(1e-6);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(4)]
    public void Padding_and_neighbours_in_the_batch_change_no_result(int? window)
    {
        using var scope = NewDisposeScope();
        using var model = Scenarios.WithAdapter(Scenarios.Small with { SlidingWindow = window }, ScalarType.Float32);
        var (shorter, longer) = (Scenarios.Ids(1, 5), Scenarios.Ids(2, 17));
        var together = model.Hidden(Scenarios.Rows(shorter, longer), [5, 17]);
        var alone = model.Hidden(Scenarios.Rows(shorter), [5]);
        Scenarios.Distance(together[0].narrow(0, 0, 5), alone[0]).ShouldBeLessThan(1e-6);

        // Whatever stands in the padding, the answer is the same.
        var otherPadding = model.Hidden(Scenarios.Rows([.. shorter, .. Scenarios.Ids(9, 12)], longer), [5, 17]);
        otherPadding[0].narrow(0, 0, 5).SameAs(together[0].narrow(0, 0, 5)).ShouldBeTrue();
    }

    [Theory]
    [InlineData(null)]
    [InlineData(4)]
    public void Rows_asked_for_are_the_rows_of_the_whole_in_the_order_asked_for(int? window)
    {
        using var scope = NewDisposeScope();
        using var model = Scenarios.WithAdapter(Scenarios.Small with { SlidingWindow = window });
        var ids = Scenarios.Rows(Scenarios.Ids(1, 9), Scenarios.Ids(2, 4), Scenarios.Ids(3, 7));
        var whole = model.Hidden(ids, [9, 4, 7]).reshape(27, -1);
        long[] rows = [20, 0, 8, 3, 24, 5]; // none of the second sample, unequal numbers of the others
        Scenarios.Distance(model.HiddenAt(ids, [9, 4, 7], rows), whole.index_select(0, tensor(rows))).ShouldBeLessThan(1e-13);
        Scenarios.Distance(model.LogitsAt(ids, [9, 4, 7], rows), model.Logits(whole).index_select(0, tensor(rows))).ShouldBeLessThan(1e-13);
    }

    [Fact]
    public void Gradients_through_asked_for_rows_equal_gradients_through_the_whole()
    {
        using var scope = NewDisposeScope();
        using var model = Scenarios.WithAdapter(Scenarios.Small);
        var ids = Scenarios.Rows(Scenarios.Ids(1, 9), Scenarios.Ids(2, 4));
        long[] rows = [7, 8, 11];
        Tensor[] Gradients(Tensor hidden)
        {
            foreach (var (_, value) in model.LoraParameters)
            {
                value.grad = null;
            }

            // Not the sum of squares: behind an RMSNorm that is constant, and its gradient nothing but rounding.
            hidden.pow(3).sum().backward();
            return [.. model.LoraParameters.Select(parameter => parameter.Value.grad!.clone())];
        }

        var whole = Gradients(model.Hidden(ids, [9, 4]).reshape(18, -1).index_select(0, tensor(rows)));
        var some = Gradients(model.HiddenAt(ids, [9, 4], rows));
        foreach (var (actual, expected) in some.Zip(whole))
        {
            Scenarios.Distance(actual, expected).ShouldBeLessThan(1e-12);
        }
    }

    [Theory]
    [InlineData(null, 12)]
    [InlineData(3, 12)]
    public void Generation_with_the_cache_equals_generation_without(int? window, int count)
    {
        using var model = Scenarios.WithAdapter(Scenarios.Small with { SlidingWindow = window });
        int[][] prompts = [Scenarios.Ids(1, 6), Scenarios.Ids(2, 6), Scenarios.Ids(3, 6)];
        var cached = model.Generate(prompts, count, eosId: -1);
        for (var i = 0; i < prompts.Length; i++)
        {
            cached[i].ShouldBe(Scenarios.Uncached(model, prompts[i], count));
            model.Generate(prompts[i], count, eosId: -1).ShouldBe(cached[i]);
        }
    }

    [Fact]
    public void A_generation_ends_before_the_end_token_while_its_neighbours_go_on()
    {
        using var model = Scenarios.WithAdapter(Scenarios.Small);
        int[][] prompts = [Scenarios.Ids(1, 6), Scenarios.Ids(2, 6)];
        var free = model.Generate(prompts, 10, eosId: -1);
        var eos = free[0][3];
        var ended = model.Generate(prompts, 10, eos);
        ended[0].ShouldBe(free[0].TakeWhile(id => id != eos));
        ended[1].ShouldBe(free[1].TakeWhile(id => id != eos));
        ended[0].Length.ShouldBeLessThan(10);
        model.Generate(prompts, 0, eos).ShouldAllBe(result => result.Length == 0);
    }

    [Fact]
    public void The_same_seed_draws_the_same_model_and_another_seed_another()
    {
        using var first = MistralModel.Random(Scenarios.Small, 1);
        using var second = MistralModel.Random(Scenarios.Small, 1);
        using var other = MistralModel.Random(Scenarios.Small, 2);
        first.Layers[2].Down.Weight.SameAs(second.Layers[2].Down.Weight).ShouldBeTrue();
        first.Layers[2].Down.Weight.SameAs(other.Layers[2].Down.Weight).ShouldBeFalse();
        // Golden: the numbers must not depend on platform or .NET version.
        first.Embedding.ToArray<float>()[..3].ShouldBe([-0.08446515f, -0.060105283f, 0.17340997f], 1e-7f);
        var values = first.Head.ToArray<float>();
        Math.Sqrt(values.Average(value => value * (double)value)).ShouldBe(0.3, 0.02);
    }

    [Fact]
    public void Half_precision_weights_compute_close_to_float32()
    {
        using var scope = NewDisposeScope();
        using var wide = MistralModel.Random(Scenarios.Small, 1);
        using var half = MistralModel.Random(Scenarios.Small, 1, ScalarType.BFloat16);
        wide.AttachLora(Scenarios.EveryProjection, 3);
        half.AttachLora(Scenarios.EveryProjection, 3);
        half.LoraParameters[0].Value.dtype.ShouldBe(ScalarType.Float32);
        var ids = Scenarios.Rows(Scenarios.Ids(1, 9));
        var hidden = half.Hidden(ids, [9]);
        hidden.dtype.ShouldBe(ScalarType.BFloat16);
        Scenarios.Distance(hidden, wide.Hidden(ids, [9])).ShouldBeLessThan(0.05);
    }

    [Fact]
    public void What_cannot_be_computed_is_refused_with_both_numbers()
    {
        using var scope = NewDisposeScope();
        using var model = MistralModel.Random(Scenarios.Small, 1);
        var ids = Scenarios.Rows(Scenarios.Ids(1, 5), Scenarios.Ids(2, 5));
        Should.Throw<ArgumentException>(() => model.Hidden(ids, [5])).Message.ShouldContain("[2, 5] with 1 lengths");
        Should.Throw<ArgumentException>(() => model.Hidden(ids, [5, 6])).Message.ShouldContain("a length of 6 in a batch of 5");
        Should.Throw<ArgumentException>(() => model.Hidden(ids, [0, 5])).Message.ShouldContain("a length of 0");
        Should.Throw<ArgumentOutOfRangeException>(() => model.HiddenAt(ids, [5, 5], [10])).Message.ShouldContain("row 10 is outside the batch of 2 x 5");
        Should.Throw<InputException>(() => model.Hidden(Scenarios.Rows(Scenarios.Ids(1, 65)), [65])).Message.ShouldContain("65 tokens, but the model has 64");
        Should.Throw<InputException>(() => model.Generate(Scenarios.Ids(1, 60), 6, -1)).Message.ShouldContain("65 tokens");
        Should.Throw<ArgumentException>(() => model.Generate([[1, 2], [3]], 1, -1)).Message.ShouldContain("2, 1");
    }
}

/// <summary>The architecture once more, in doubles and loops, for comparison: no tensors, no batches, no shared code.</summary>
internal static class NaiveMistral
{
    public static double[][] Hidden(MistralModel model, int[] ids)
    {
        var (config, embedding) = (model.Config, Matrix(model.Embedding));
        var x = Array.ConvertAll(ids, id => embedding[id]);
        foreach (var layer in model.Layers)
        {
            var normed = Array.ConvertAll(x, row => Norm(row, layer.InputNorm, config));
            var (q, k, v) = (Project(layer.Q, normed), Project(layer.K, normed), Project(layer.V, normed));
            var mixed = Enumerable.Range(0, ids.Length).Select(position => Attend(q, k, v, position, config)).ToArray();
            x = Add(x, Project(layer.O, mixed));
            normed = Array.ConvertAll(x, row => Norm(row, layer.PostAttentionNorm, config));
            var (gate, up) = (Project(layer.Gate, normed), Project(layer.Up, normed));
            x = Add(x, Project(layer.Down, [.. gate.Zip(up, (g, u) => g.Zip(u, (a, b) => a / (1 + Math.Exp(-a)) * b).ToArray())]));
        }

        return Array.ConvertAll(x, row => Norm(row, model.Norm, config));
    }

    private static double[] Attend(double[][] q, double[][] k, double[][] v, int position, MistralConfig config)
    {
        var result = new double[config.Heads * config.HeadDim];
        for (var head = 0; head < config.Heads; head++)
        {
            var shared = head / (config.Heads / config.KvHeads);
            var query = Turn(q[position], head, position, config);
            var first = config.SlidingWindow is { } window ? Math.Max(0, position - window + 1) : 0;
            var scores = Enumerable.Range(first, position - first + 1)
                .Select(key => Math.Exp(query.Zip(Turn(k[key], shared, key, config), (a, b) => a * b).Sum() / Math.Sqrt(config.HeadDim))).ToArray();
            for (var i = 0; i < config.HeadDim; i++)
            {
                result[(head * config.HeadDim) + i] = scores.Select((score, key) => score * v[first + key][(shared * config.HeadDim) + i]).Sum() / scores.Sum();
            }
        }

        return result;
    }

    private static double[] Turn(double[] row, int head, int position, MistralConfig config)
    {
        var (half, result) = (config.HeadDim / 2, row.Skip(head * config.HeadDim).Take(config.HeadDim).ToArray());
        for (var i = 0; i < half; i++)
        {
            var angle = position / Math.Pow(config.RopeTheta, 2.0 * i / config.HeadDim);
            var (a, b) = (result[i], result[i + half]);
            (result[i], result[i + half]) = ((a * Math.Cos(angle)) - (b * Math.Sin(angle)), (b * Math.Cos(angle)) + (a * Math.Sin(angle)));
        }

        return result;
    }

    private static double[] Norm(double[] row, Tensor weight, MistralConfig config)
    {
        var scale = 1 / Math.Sqrt(row.Average(value => value * value) + config.RmsNormEps);
        return [.. row.Zip(weight.ToArray<double>(), (value, w) => value * scale * w)];
    }

    private static double[][] Project(Linear linear, double[][] rows)
    {
        var full = Matrix(linear.Weight);
        if (linear is LoraLinear lora)
        {
            var (a, b) = (Matrix(lora.A), Matrix(lora.B));
            full = [
                .. full.Select((weights, o) => weights.Select((weight, i) => weight + (lora.Scale * a.Select((low, r) => b[o][r] * low[i]).Sum())).ToArray())];
        }

        return Array.ConvertAll(rows, row => Array.ConvertAll(full, weights => weights.Zip(row, (weight, value) => weight * value).Sum()));
    }

    private static double[][] Add(double[][] x, double[][] y) => [.. x.Zip(y, (a, b) => a.Zip(b, (p, q) => p + q).ToArray())];

    private static double[][] Matrix(Tensor value) => [.. value.ToArray<double>().Chunk((int)value.shape[1])];
}

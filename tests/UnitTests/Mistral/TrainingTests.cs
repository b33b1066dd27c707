using Shouldly;
using TorchSharp;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Mistral;
using ZiGong.Mistral.Backward;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Mistral;

public sealed class AdamWTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>
    /// By hand: rate 0.1, λ 0.5, β 0.9 and 0.999, ε 0, p = 2, g = 4 and then 1. First step: m̂ = g, v̂ = g², so the move is exactly −0.1
    /// after the decay 2 · 0.95 = 1.9: 1.8. Second: m = 0.9 · 0.4 + 0.1 = 0.46, m̂ = 0.46 / 0.19; v = 0.999 · 0.016 + 0.001 = 0.016984,
    /// v̂ = 0.016984 / 0.001999.
    /// </summary>
    [Fact]
    public void Two_steps_are_what_the_formula_gives_by_hand()
    {
        using var scope = NewDisposeScope();
        var p = tensor(new double[] { 2 }).requires_grad_(true);
        using var optimizer = new AdamW([("p", p)], new AdamWOptions(Epsilon: 0, WeightDecay: 0.5));
        (p * 4).sum().backward();
        optimizer.Step(0.1);
        p.item<double>().ShouldBe(1.8, 1e-12);
        optimizer.ZeroGradients();
        p.sum().backward();
        optimizer.Step(0.1);
        p.item<double>().ShouldBe((1.8 * 0.95) - (0.1 * (0.46 / 0.19) / Math.Sqrt(0.016984 / 0.001999)), 1e-12);
        optimizer.SecondMoments["p"].item<double>().ShouldBe(0.016984, 1e-12);
        optimizer.Steps.ShouldBe(2);
    }

    /// <summary>torch.optim.AdamW of PyTorch 1.13 in float64: lr 0.01, weight_decay 0.1, gradient p³ of p = (1, −2, 0.5), five steps.</summary>
    [Fact]
    public void Five_steps_are_those_of_PyTorch()
    {
        using var scope = NewDisposeScope();
        var p = tensor(new double[] { 1, -2, 0.5 }).requires_grad_(true);
        using var optimizer = new AdamW([("p", p)], new AdamWOptions(WeightDecay: 0.1));
        for (var step = 0; step < 5; step++)
        {
            optimizer.ZeroGradients();
            (p.pow(4) / 4).sum().backward();
            optimizer.Step(0.01);
        }

        p.ToArray<double>().ShouldBe(PyTorch, 1e-14);
    }

    private static double[] PyTorch => [0.9452780239115786, -1.9402052189130659, 0.4479714428557058];

    [Fact]
    public void Gradients_are_clipped_by_their_joint_norm_and_only_if_it_is_too_large()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (zeros([1]).requires_grad_(true), zeros([2]).requires_grad_(true));
        using var optimizer = new AdamW([("a", a), ("b", b), ("without gradient", zeros([3]).requires_grad_(true))]);
        optimizer.ClipGradients(1).ShouldBe(0);
        ((a * 3).sum() + (b * tensor(new float[] { 4, 12 })).sum()).backward(); // √(9 + 16 + 144) = 13
        optimizer.ClipGradients(13.5).ShouldBe(13, 1e-5);
        a.grad!.item<float>().ShouldBe(3);
        optimizer.ClipGradients(6.5).ShouldBe(13, 1e-5);
        a.grad!.item<float>().ShouldBe(1.5f, 1e-6);
        b.grad!.ToArray<float>().ShouldBe([2, 6], 1e-6f);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_gradient_that_is_no_number_fails_loudly(float value)
    {
        using var scope = NewDisposeScope();
        var a = ones([1]).requires_grad_(true);
        using var optimizer = new AdamW([("a", a)]);
        (a * value).sum().backward();
        Should.Throw<ArithmeticException>(() => optimizer.ClipGradients(1)).Message.ShouldContain("diverged");
        a.item<float>().ShouldBe(1);
    }

    [Fact]
    public void A_state_of_other_parameters_is_refused()
    {
        using var scope = NewDisposeScope();
        using var optimizer = new AdamW([("a", ones([2]))]);
        optimizer.Save(_folder.File("state"));
        using var fewer = new AdamW([]);
        Should.Throw<InputException>(() => fewer.Load(_folder.File("state"))).Message.ShouldContain("exp_avg.a belongs to no parameter");
        using var more = new AdamW([("a", ones([2])), ("b", ones([2]))]);
        Should.Throw<InputException>(() => more.Load(_folder.File("state"))).Message.ShouldContain("exp_avg.b is missing");
        using var longer = new AdamW([("a", ones([3]))]);
        Should.Throw<InputException>(() => longer.Load(_folder.File("state"))).Message.ShouldContain("[2], expected Float32 [3]");
    }

    /// <summary>The arrangement of PyTorch, written out in single precision; a state that was saved goes on to the bit.</summary>
    [Fact]
    public void A_step_is_the_formula_to_the_bit_and_so_is_one_after_loading()
    {
        using var scope = NewDisposeScope();
        var random = new SeededRandom(1);
        double[] Draw() => [.. Enumerable.Range(0, 40).Select(i => random.NextGaussian() * Math.Pow(10, -(i % 12)))];
        var p = tensor(Draw()).to(float32).requires_grad_(true);
        var (expected, m, v) = (p.detach().clone(), zeros(40), zeros(40));
        var optimizer = new AdamW([("p", p)], new AdamWOptions(WeightDecay: 0.01));
        for (var step = 1; step <= 6; step++)
        {
            var (gradient, rate) = (tensor(Draw()).to(float32), 1e-3 * step);
            p.grad = gradient.clone();
            optimizer.Step(rate);
            m = (m * 0.9).add(gradient, alpha: 1 - 0.9);
            v = (v * 0.999).addcmul(gradient, gradient, 1 - 0.999);
            var scale = v.sqrt().div(Math.Sqrt(1 - Math.Pow(0.999, step))).add(1e-8);
            expected = (expected * (1 - (rate * 0.01))).addcdiv(m, scale, -rate / (1 - Math.Pow(0.9, step)));
            p.SameAs(expected).ShouldBeTrue($"step {step}");
            optimizer.SecondMoments["p"].SameAs(v).ShouldBeTrue($"step {step}");
            optimizer.Save(_folder.File("state"));
            optimizer.Dispose();
            optimizer = new AdamW([("p", p)], new AdamWOptions(WeightDecay: 0.01));
            optimizer.Load(_folder.File("state"));
        }

        optimizer.Steps.ShouldBe(6);
        optimizer.Dispose();
    }
}

public sealed class LearningRateTests
{
    [Fact]
    public void A_constant_rate_rises_over_the_warm_up_and_stays() =>
        Enumerable.Range(0, 6).Select(step => LearningRate.Constant(step, 4, warmUp: 3)).ShouldBe([1, 2, 3, 4, 4, 4]);

    [Fact]
    public void Without_warm_up_the_first_step_has_the_full_rate()
    {
        LearningRate.Constant(0, 4, warmUp: 0).ShouldBe(4);
        LearningRate.Cosine(0, 4, warmUp: 0, total: 5).ShouldBe(4);
    }

    [Fact]
    public void A_cosine_falls_from_the_peak_to_the_floor_at_the_last_step()
    {
        var rates = Enumerable.Range(0, 8).Select(step => LearningRate.Cosine(step, 4, warmUp: 1, total: 6, floor: 0.1)).ToArray();
        double[] expected = [2, 4, 3.472_792_206, 2.2, 0.927_207_794, 0.4, 0.4, 0.4];
        rates.Zip(expected).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-8);
    }

    [Fact]
    public void A_schedule_shorter_than_its_warm_up_still_gives_numbers() =>
        Enumerable.Range(0, 5).Select(step => LearningRate.Cosine(step, 1, warmUp: 3, total: 2)).ShouldAllBe(rate => double.IsFinite(rate) && rate >= 0);
}

public sealed class TrainerTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Training_an_adapter_lowers_the_loss_and_leaves_the_base_alone()
    {
        using var scope = NewDisposeScope();
        using var model = Fresh();
        var frozen = model.Layers[1].Q.Weight.clone();
        using var trainer = new Trainer(model, model.LoraParameters);
        var losses = Enumerable.Range(0, 60).Select(_ => trainer.Step([Batch(1)], 0.02)).ToArray();
        losses[^1].ShouldBeLessThan(losses[0] / 2);
        model.Layers[1].Q.Weight.SameAs(frozen).ShouldBeTrue();
        model.Layers[1].Q.Weight.grad.ShouldBeNull();
    }

    [Fact]
    public void Training_the_base_lowers_the_language_model_loss()
    {
        using var model = MistralModel.Random(Scenarios.Small, 1);
        using var trainer = new Trainer(model, model.Parameters);
        var batch = TokenBatch.LanguageModel(Batch(1).Tokens);
        var losses = Enumerable.Range(0, 40).Select(_ => trainer.Step([batch], 0.01)).ToArray();
        losses[^1].ShouldBeLessThan(losses[0] / 2);
    }

    [Fact]
    public void Micro_batches_are_one_batch_to_the_optimizer()
    {
        using var whole = Fresh(ScalarType.Float64);
        using var parts = Fresh(ScalarType.Float64);
        using var one = new Trainer(whole, whole.LoraParameters);
        using var two = new Trainer(parts, parts.LoraParameters);
        var batch = Batch(1);
        TokenBatch Part(Range range) => new(batch.Tokens[range], batch.AnswerStart[range]);
        for (var step = 0; step < 3; step++)
        {
            one.Step([batch], 0.01).ShouldBe(two.Step([Part(..1), Part(1..)], 0.01), 1e-12);
        }

        foreach (var ((name, a), (_, b)) in whole.LoraParameters.Zip(parts.LoraParameters))
        {
            Scenarios.Distance(a, b).ShouldBeLessThan(1e-9, name);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float64, 1e-11)]
    [InlineData(ScalarType.Float32, 1e-4)]
    public void Training_by_hand_takes_the_steps_of_autograd(ScalarType type, double tolerance)
    {
        using var written = Fresh(type);
        using var automatic = Fresh(type);
        LoraGradients.Suits(written).ShouldBeTrue();
        using var one = new Trainer(written, written.LoraParameters);
        using var two = new Trainer(automatic, automatic.LoraParameters, byHand: false);
        (one.IsByHand, two.IsByHand).ShouldBe((true, false));
        for (ulong step = 0; step < 6; step++)
        {
            double[]? weights = step == 3 ? [0.25, 1.5] : null;
            one.Step([Batch(step)], 0.01, weights).ShouldBe(two.Step([Batch(step)], 0.01, weights), tolerance);
        }

        foreach (var ((name, a), (_, b)) in written.LoraParameters.Zip(automatic.LoraParameters))
        {
            Scenarios.Distance(a, b).ShouldBeLessThan(10 * tolerance, name);
        }
    }

    [Fact]
    public void Training_resumes_bit_for_bit_from_a_saved_adapter_and_optimizer()
    {
        using var straight = Fresh();
        using (var trainer = new Trainer(straight, straight.LoraParameters))
        {
            Train(trainer, 0, 8);
        }

        using (var first = Fresh())
        {
            using var trainer = new Trainer(first, first.LoraParameters);
            Train(trainer, 0, 5);
            PeftAdapter.Save(first, _folder.Path, "base");
            trainer.Optimizer.Save(_folder.File("moments.safetensors"));
        }

        using var resumed = MistralModel.Random(Scenarios.Small, 1);
        PeftAdapter.Load(resumed, _folder.Path);
        using var again = new Trainer(resumed, resumed.LoraParameters);
        again.Optimizer.Load(_folder.File("moments.safetensors"));
        again.Optimizer.Steps.ShouldBe(5);
        Train(again, 5, 8);
        foreach (var ((name, a), (_, b)) in resumed.LoraParameters.Zip(straight.LoraParameters))
        {
            a.SameAs(b).ShouldBeTrue(name);
        }
    }

    [Fact]
    public void A_loss_that_is_no_number_fails_before_it_reaches_the_weights()
    {
        using var model = Fresh();
        using var trainer = new Trainer(model, model.LoraParameters);
        Should.Throw<ArithmeticException>(() => trainer.Step([Batch(1)], 0.01, [double.NaN, 1])).Message.ShouldContain("the loss is NaN at step 0");
        model.LoraParameters.ShouldAllBe(parameter => parameter.Value.isfinite().all().item<bool>());
    }

    [Fact]
    public void A_sample_of_weight_zero_leaves_no_trace()
    {
        using var scope = NewDisposeScope();
        using var model = Scenarios.WithAdapter(Scenarios.Small);
        var batch = Batch(1);
        var other = new TokenBatch([batch.Tokens[0], Scenarios.Ids(77, 11)], batch.AnswerStart);
        AnswerLoss.Mean(model, batch, [1, 0]).item<double>().ShouldBe(AnswerLoss.Mean(model, other, [1, 0]).item<double>(), 1e-12);
    }

    [Fact]
    public void A_sample_of_weight_zero_leaves_no_trace_on_what_is_learnt_either()
    {
        using var model = Fresh(ScalarType.Float64);
        using var other = Fresh(ScalarType.Float64);
        using var one = new Trainer(model, model.LoraParameters);
        using var two = new Trainer(other, other.LoraParameters);
        var batch = Batch(1);
        one.Step([batch], 0.01, [1, 0]).ShouldBe(two.Step([new TokenBatch([batch.Tokens[0], Scenarios.Ids(77, 11)], batch.AnswerStart)], 0.01, [1, 0]), 1e-12);
        model.LoraParameters.Zip(other.LoraParameters).ShouldAllBe(pair => Scenarios.Distance(pair.First.Value, pair.Second.Value) < 1e-12);
    }

    [Fact]
    public void A_gradient_that_somebody_took_away_is_there_again_at_the_next_step()
    {
        using var model = Fresh(ScalarType.Float64);
        using var other = Fresh(ScalarType.Float64);
        using var one = new Trainer(model, model.LoraParameters);
        using var two = new Trainer(other, other.LoraParameters);
        one.Step([Batch(1)], 0.01);
        two.Step([Batch(1)], 0.01);
        foreach (var (_, value) in model.LoraParameters)
        {
            value.grad = null;
        }

        one.Step([Batch(2)], 0.01);
        two.Step([Batch(2)], 0.01);
        model.LoraParameters.Zip(other.LoraParameters).ShouldAllBe(pair => pair.First.Value.SameAs(pair.Second.Value));
    }

    private static void Train(Trainer trainer, int from, int to)
    {
        for (var step = from; step < to; step++)
        {
            trainer.Step([Batch((ulong)step)], LearningRate.Cosine(step, 0.01, 2, 8));
        }
    }

    private static MistralModel Fresh(ScalarType dtype = ScalarType.Float32)
    {
        var model = MistralModel.Random(Scenarios.Small, 1, dtype);
        model.AttachLora(Scenarios.EveryProjection, 2);
        return model;
    }

    private static TokenBatch Batch(ulong seed) => new([Scenarios.Ids(seed, 9), Scenarios.Ids(seed + 100, 12)], [7, 8]);
}

public sealed class AnswerLossTests
{
    [Fact]
    public void The_loss_is_the_mean_over_answer_tokens_and_then_over_samples()
    {
        using var scope = NewDisposeScope();
        using var model = Scenarios.WithAdapter(Scenarios.Small);
        int[][] samples = [Scenarios.Ids(1, 9), Scenarios.Ids(2, 6)];
        int[] starts = [5, 5];
        var expected = samples.Zip(starts, (tokens, start) => Logs(model, tokens)[start..]).ToArray();
        var batch = new TokenBatch(samples, starts);
        AnswerLoss.Mean(model, batch).item<double>().ShouldBe(-(expected[0].Average() + expected[1].Average()) / 2, 1e-12);
        AnswerLoss.PerSample(model, batch).Zip(expected).ShouldAllBe(pair => Math.Abs(pair.First + pair.Second.Average()) < 1e-12);
        AnswerLoss.LogLikelihoods(model, batch).Zip(expected).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second.Sum()) < 1e-12);
    }

    [Fact]
    public void The_probabilities_of_all_one_token_answers_sum_to_one()
    {
        using var model = Scenarios.WithAdapter(Scenarios.Small);
        var prompt = Scenarios.Ids(1, 6);
        var answers = Enumerable.Range(0, Scenarios.Small.VocabSize).Select(id => (int[])[.. prompt, id]).ToArray();
        var logs = AnswerLoss.LogLikelihoods(model, new TokenBatch(answers, [.. answers.Select(_ => 6)]));
        logs.Sum(Math.Exp).ShouldBe(1, 1e-12);
    }

    [Fact]
    public void A_batch_that_makes_no_sense_is_refused_with_the_sample()
    {
        using var model = MistralModel.Random(Scenarios.Small, 1);
        string Refusal(int[][] tokens, int[] starts) =>
            Should.Throw<ArgumentException>(() => AnswerLoss.PerSample(model, new TokenBatch(tokens, starts))).Message;
        Refusal([[1, 2, 3], [1, 2]], [1, 2]).ShouldContain("sample 1: the answer starts at 2 of 2 tokens");
        Refusal([[1, 2, 3]], [0]).ShouldContain("starts at 0");
        Refusal([[1, 53, 3]], [1]).ShouldContain("token 53 at 1 is outside the vocabulary of 53");
        Refusal([[1, -1, 3]], [1]).ShouldContain("token -1");
        Refusal([[1, 2, 3]], [1, 1]).ShouldContain("1 samples with 2 answer starts");
    }

    /// <summary>log p of each token after the first (at its own index), one position at a time.</summary>
    private static double[] Logs(MistralModel model, int[] tokens)
    {
        var logits = model.Logits(model.Hidden(Scenarios.Rows(tokens), [tokens.Length]))[0].ToArray<double>().Chunk(Scenarios.Small.VocabSize).ToArray();
        return [0, .. Enumerable.Range(1, tokens.Length - 1).Select(i => logits[i - 1][tokens[i]] - Math.Log(logits[i - 1].Sum(Math.Exp)))];
    }
}

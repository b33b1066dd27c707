using Shouldly;
using TorchSharp;
using Xunit;
using ZiGong.Influence.Gradients;
using ZiGong.Mistral;
using ZiGong.Mistral.Backward;
using ZiGong.UnitTests.Mistral.Backward;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Mistral;

/// <summary>A test that needs a GPU and a libtorch for CUDA: skipped with a reason where there is none.</summary>
public sealed class CudaFactAttribute : FactAttribute
{
    public CudaFactAttribute()
    {
        if (!cuda.is_available())
        {
            Skip = "needs a CUDA device and a libtorch for CUDA (LIBTORCH)";
        }
    }
}

/// <summary>What the CPU computes, computed on a GPU.</summary>
public sealed class CudaTests : IDisposable
{
    private static readonly TokenBatch Batch = Extraction.Batch(9, 17, 4, 23, 12);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [CudaFact]
    public void Gradients_on_the_GPU_are_those_of_the_CPU()
    {
        var expected = Gradients(CPU, ScalarType.Float64);
        Extraction.Error(Gradients(CUDA, ScalarType.Float64), expected).ShouldBeLessThan(1e-11);
        Extraction.Error(Gradients(CUDA, ScalarType.Float32), expected).ShouldBeLessThan(1e-4);
    }

    [CudaFact]
    public void Influence_on_the_GPU_is_within_a_ten_thousandth_of_that_on_the_CPU()
    {
        var expected = Cosines(Gradients(CPU, ScalarType.Float32));
        Cosines(Gradients(CUDA, ScalarType.Float32)).Zip(expected).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-4);
    }

    [CudaFact]
    public void Training_on_the_GPU_takes_the_steps_of_the_CPU_by_hand_and_by_autograd()
    {
        using var model = Extraction.Model(Extraction.Tiny(), ScalarType.Float64);
        var expected = Train(model, byHand: true);
        foreach (var byHand in new[] { true, false })
        {
            using var other = Extraction.ModelOn(CUDA, Extraction.Tiny(), ScalarType.Float64);
            Train(other, byHand).Zip(expected).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-9);
            foreach (var ((name, a), (_, b)) in other.LoraParameters.Zip(model.LoraParameters))
            {
                using var here = a.detach().cpu();
                Scenarios.Distance(here, b).ShouldBeLessThan(1e-8, name);
            }
        }
    }

    [CudaFact]
    public void Answers_on_the_GPU_are_those_of_the_CPU()
    {
        using var model = Extraction.Model(Extraction.Tiny(window: 6), ScalarType.Float64);
        using var other = Extraction.ModelOn(CUDA, Extraction.Tiny(window: 6), ScalarType.Float64);
        AnswerLoss.LogLikelihoods(other, Batch).Zip(AnswerLoss.LogLikelihoods(model, Batch)).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-10);
        int[][] prompts = [Scenarios.Ids(3, 7), Scenarios.Ids(4, 7)];
        using var here = new PromptContinuations(model, prompts, 12);
        using var there = new PromptContinuations(other, prompts, 12);
        int[][] answers = [[5, 6, 2], [7, 2]];
        there.LogLikelihoods(answers).Zip(here.LogLikelihoods(answers)).ShouldAllBe(pair => Math.Abs(pair.First - pair.Second) < 1e-10);
        there.Generate(12, 2).ShouldBe(here.Generate(12, 2));
    }

    [CudaFact]
    public void What_was_trained_on_the_GPU_goes_on_on_the_CPU()
    {
        using var there = Extraction.ModelOn(CUDA, Extraction.Tiny(), ScalarType.Float64);
        using var straight = new Trainer(there, there.LoraParameters);
        straight.Step([Batch], 0.01);
        PeftAdapter.Save(there, _folder.Path, "base");
        straight.Optimizer.Save(_folder.File("moments.safetensors"));
        using var here = Extraction.Model(Extraction.Tiny(), ScalarType.Float64);
        here.DetachLora();
        PeftAdapter.Load(here, _folder.Path);
        using var resumed = new Trainer(here, here.LoraParameters);
        resumed.Optimizer.Load(_folder.File("moments.safetensors"));
        resumed.Step([Batch], 0.01).ShouldBe(straight.Step([Batch], 0.01), 1e-9);
        resumed.Step([Batch], 0.01).ShouldBe(straight.Step([Batch], 0.01), 1e-9);
    }

    private static double[][] Gradients(Device device, ScalarType type)
    {
        using var model = Extraction.ModelOn(device, Extraction.Tiny(), type);
        using var gradients = new LoraGradients(model);
        using var each = gradients.PerSample(Batch);
        return Extraction.Rows(each.Gradients);
    }

    /// <summary>Of every sample's gradient with the last one's.</summary>
    private static double[] Cosines(double[][] rows)
    {
        var last = Array.ConvertAll(rows[^1], x => (float)x);
        var norm = Math.Sqrt(GradientRows.Dot(last, last));
        return [
            .. rows.Select(row => Array.ConvertAll(row, x => (float)x))
                .Select(row => GradientRows.Dot(row, last) / (norm * Math.Sqrt(GradientRows.Dot(row, row))))];
    }

    private static double[] Train(MistralModel model, bool byHand)
    {
        using var trainer = new Trainer(model, model.LoraParameters, byHand: byHand);
        return [.. Enumerable.Range(0, 5).Select(step => trainer.Step([Batch], 0.01, step == 2 ? [1, 0.5, 2, 0, 1] : null))];
    }
}

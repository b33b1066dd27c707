using Shouldly;
using TorchSharp;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using ZiGong.Models;
using ZiGong.Storage;
using ZiGong.Training;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Mistral;

/// <summary>Counts are of the whole process, so nothing else may run meanwhile.</summary>
[CollectionDefinition(nameof(LiveTensorTests), DisableParallelization = true)]
[Collection(nameof(LiveTensorTests))]
public sealed class LiveTensorTests
{
    /// <summary>What other tests left to the finalizer is gone before counting begins.</summary>
    public LiveTensorTests()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_training_loop_leaves_as_many_tensors_alive_as_before(bool byHand)
    {
        using var model = MistralModel.Random(Scenarios.Small, 1);
        model.AttachLora(Scenarios.EveryProjection, 2);
        using var trainer = new Trainer(model, model.LoraParameters, byHand: byHand);
        trainer.IsByHand.ShouldBe(byHand);
        var batch = new TokenBatch([Scenarios.Ids(1, 9), Scenarios.Ids(2, 7)], [7, 5]);
        trainer.Step([batch], 1e-3); // the first step makes the gradients, which stay
        var before = Live();
        for (var step = 0; step < 20; step++)
        {
            trainer.Step([batch, batch], 1e-3);
        }

        Live().ShouldBe(before);
    }

    [Fact]
    public void Evaluation_and_generation_leave_as_many_tensors_alive_as_before()
    {
        using var model = Scenarios.WithAdapter(Scenarios.Small, ScalarType.Float32);
        var batch = new TokenBatch([Scenarios.Ids(1, 9), Scenarios.Ids(2, 7)], [7, 5]);
        var before = Live();
        AnswerLoss.LogLikelihoods(model, batch);
        AnswerLoss.PerSample(model, batch);
        model.Generate([Scenarios.Ids(3, 5), Scenarios.Ids(4, 5)], 10, 2);
        using (var continuations = new PromptContinuations(model, [Scenarios.Ids(3, 5), Scenarios.Ids(4, 5)], 3))
        {
            continuations.LogLikelihoods([[1, 2, 3], [4, 2]]);
            continuations.Generate(3, 2);
        }

        Should.Throw<ArgumentException>(() => new PromptContinuations(model, [[1, Scenarios.Small.VocabSize]], 3));
        Live().ShouldBe(before);
    }

    [Fact]
    public void A_model_with_adapter_and_optimizer_is_freed_whole()
    {
        using var folder = new TemporaryFolder();
        var before = Live();
        int parameters;
        using (var model = MistralModel.Random(Scenarios.Small with { TieWordEmbeddings = true }, 1))
        {
            model.AttachLora(Scenarios.EveryProjection, 2);
            parameters = model.LoraParameters.Count;
            using (var trainer = new Trainer(model, model.LoraParameters))
            {
                trainer.Step([new TokenBatch([Scenarios.Ids(1, 9)], [7])], 1e-3);
            }

            using var optimizer = new AdamW(model.LoraParameters);
            optimizer.Save(folder.File("moments"));
            optimizer.Load(folder.File("moments"));
            model.Save(folder.Path);
            PeftAdapter.Save(model, folder.Path, "base");
            using var loaded = MistralModel.Load(folder.Path);
            PeftAdapter.Load(loaded, folder.Path);
            loaded.DetachLora();
        }

        Live().ShouldBe(before + StillCounted(optimizers: 2, parameters));
    }

    [Fact]
    public void A_load_that_failed_leaves_as_many_tensors_alive_as_before()
    {
        using var folder = new TemporaryFolder();
        using (var model = MistralModel.Random(Scenarios.Small, 1))
        {
            SafetensorsFile.Write(folder.File("model.safetensors"), model.Parameters.SkipLast(1));
            File.WriteAllText(folder.File("config.json"), model.Config.ToJson());
        }

        var before = Live();
        Should.Throw<InputException>(() => MistralModel.Load(folder.Path)).Message.ShouldContain("lm_head.weight");
        Live().ShouldBe(before);
    }

    [Fact]
    public async Task A_training_that_cannot_begin_leaves_as_many_tensors_alive_as_before()
    {
        using var folder = new TemporaryFolder();
        var given = folder.File("base");
        int parameters;
        using (var model = MistralModel.Random(Scenarios.Small, 1))
        {
            model.Save(given);
            model.AttachLora(new LoraOptions(), 2);
            parameters = model.LoraParameters.Count;
            PeftAdapter.Save(model, folder.File("adapter"), "base");
        }

        var artifacts = new ArtifactStore(folder.File("artifacts"));
        var withoutMoments = await artifacts.PutFolderAsync(folder.File("adapter"), default);
        var models = new ModelStore(artifacts);
        var before = Live();
        (await FailureAsync(new LoraOptions(), withoutMoments)).ShouldContain(TrainerState.MomentsFile);
        (await FailureAsync(new LoraOptions(), new string('0', 64))).ShouldContain("0000");
        (await FailureAsync(new LoraOptions(Targets: ["no_such_proj"]), state: null)).ShouldContain("no_such_proj");
        before += StillCounted(optimizers: 1, parameters);
        Live().ShouldBe(before);
        using (await LoraTraining.OpenAsync(models, artifacts, given, new LoraOptions(), 1, new AdamWOptions(), 1, state: null, default))
        {
            Live().ShouldBeGreaterThan(before, "the base can be opened: nothing failed before it was");
        }

        async Task<string> FailureAsync(LoraOptions lora, string? state) =>
            (await Should.ThrowAsync<Exception>(
                () => LoraTraining.OpenAsync(models, artifacts, given, lora, 1, new AdamWOptions(), 1, state, default))).Message;
    }

    private static long Live() => Tensor.TotalCount;

    /// <summary>
    /// TorchSharp goes on counting the tensor whose place a parameter takes, though nothing of it is left: one for each that an optimizer makes.
    /// </summary>
    private static long StillCounted(int optimizers, int parameters) => (long)optimizers * parameters;
}

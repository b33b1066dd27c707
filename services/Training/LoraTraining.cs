using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using ZiGong.Models;
using ZiGong.Storage;

namespace ZiGong.Training;

/// <summary>A training example as the model sees it.</summary>
/// <param name="Tokens">Prompt, then answer with its end of sequence.</param>
/// <param name="AnswerStart">Index of the first answer token.</param>
public sealed record Example(int[] Tokens, int AnswerStart);

/// <summary>One slice of LoRA training: restores a saved state, takes steps, saves the state. Bit for bit the same as without the cut.</summary>
public sealed class LoraTraining : IDisposable
{
    private static readonly BatchLimits MicroBatch = new(Samples: 16);
    private readonly MistralModel _model;
    private readonly Trainer _trainer;

    private readonly string _baseModel;

    private LoraTraining(MistralModel model, Trainer trainer, string baseModel)
    {
        _baseModel = baseModel;
        _model = model;
        _trainer = trainer;
    }

    /// <summary>Optimizer steps taken since the training began, earlier slices included.</summary>
    public long Steps => _trainer.Optimizer.Steps;

    public MistralModel Model => _model;

    /// <param name="state">Folder artifact of an earlier slice, or null to begin.</param>
    public static async Task<LoraTraining> OpenAsync(
        ModelStore models, ArtifactStore artifacts, string baseModel, LoraOptions lora, ulong seed, AdamWOptions adam, double clipNorm, string? state,
        CancellationToken ct)
    {
        var model = await models.LoadAsync(baseModel, lora, seed, state, ct);
        Trainer? trainer = null;
        try
        {
            trainer = new Trainer(model, model.LoraParameters, adam, clipNorm);
            if (state is not null)
            {
                trainer.Optimizer.Load(Path.Combine(await artifacts.RequireFolderAsync(state, ct), TrainerState.MomentsFile));
            }

            return new LoraTraining(model, trainer, baseModel);
        }
        catch
        {
            trainer?.Dispose();
            model.Dispose();
            throw;
        }
    }

    /// <summary>One optimizer step.</summary>
    /// <param name="weights">One per example, absent: 1; see <see cref="AnswerLoss.Mean"/>.</param>
    /// <returns>The mean loss before the step, in nats per answer token.</returns>
    /// <exception cref="ArithmeticException">The loss is not finite; the training has diverged.</exception>
    public double Step(IReadOnlyList<Example> examples, ReadOnlySpan<int> batch, double rate, IReadOnlyList<double>? weights = null)
    {
        // A step's samples are cut by length, then index: the same micro-batches whatever the slice. Their gradients add up to that of the whole batch.
        var order = batch.ToArray();
        Array.Sort(order, (a, b) => (examples[a].Tokens.Length, a).CompareTo((examples[b].Tokens.Length, b)));
        return _trainer.Step(Batches(examples, order, MicroBatch), rate, weights is null ? null : [.. order.Select(i => weights[i])]);
    }

    /// <summary>Examples in batches that keep within the limits.</summary>
    /// <param name="order">Places of the examples, shortest first.</param>
    internal static IReadOnlyList<TokenBatch> Batches(IReadOnlyList<Example> examples, int[] order, BatchLimits limits) =>
    [
        .. limits.Cut(Enumerable.Range(0, order.Length).ToArray(), [.. order.Select(i => examples[i].Tokens.Length)]).Select(batch => new TokenBatch(
            [.. batch.Select(i => examples[order[i]].Tokens)], [.. batch.Select(i => examples[order[i]].AnswerStart)])),
    ];

    /// <summary>Stores weights and moments as a folder artifact; returns its hash.</summary>
    public async Task<string> SaveAsync(ArtifactStore artifacts, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("zigong-state-").FullName;
        try
        {
            PeftAdapter.Save(_model, folder, _baseModel);
            _trainer.Optimizer.Save(Path.Combine(folder, TrainerState.MomentsFile));
            return await artifacts.PutFolderAsync(folder, ct);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public void Dispose()
    {
        _trainer.Dispose();
        _model.Dispose();
    }
}

using TorchSharp;
using ZiGong.Contracts;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using ZiGong.Pipeline;
using ZiGong.Storage;

namespace ZiGong.Models;

/// <summary>Loads models by what the database says of them (see <see cref="Bases"/>).</summary>
/// <param name="artifacts">Holds what the pipeline made.</param>
/// <param name="device">Where models are put; null: the CPU.</param>
public sealed class ModelStore(ArtifactStore artifacts, torch.Device? device = null)
{
    /// <summary>The base alone, on this process's device.</summary>
    public async Task<MistralModel> LoadBaseAsync(string baseModel, CancellationToken ct) =>
        MistralModel.Load(await artifacts.BaseFolderAsync(baseModel, ct), device: device);

    /// <summary>The base with fresh or stored LoRA parameters attached.</summary>
    /// <param name="weights">Folder artifact in PEFT layout, or null for freshly seeded ones.</param>
    public async Task<MistralModel> LoadAsync(string baseModel, LoraOptions lora, ulong seed, string? weights, CancellationToken ct)
    {
        var model = await LoadBaseAsync(baseModel, ct);
        try
        {
            if (weights is null)
            {
                model.AttachLora(lora, seed);
                return model;
            }

            PeftAdapter.Load(model, await artifacts.RequireFolderAsync(weights, ct));
            return model;
        }
        catch (InputException e) when (weights is not null)
        {
            // The pipeline wrote these weights itself: whatever is wrong with them, no user can correct it in an input.
            model.Dispose();
            throw new InvalidDataException($"stored weights {weights} cannot be read: {e.Message}", e);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }
}

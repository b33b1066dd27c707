using TorchSharp;
using ZiGong.Contracts;
using ZiGong.ModelFiles;
using static TorchSharp.torch;

namespace ZiGong.Mistral;

/// <summary>
/// A model folder in Hugging Face layout: <c>config.json</c>, <c>model.safetensors</c> or the shards that
/// <c>model.safetensors.index.json</c> lists, and <c>tokenizer.model</c>.
/// </summary>
public sealed class HfFolder : IDisposable
{
    private readonly Dictionary<string, (SafetensorsFile File, SafetensorsEntry Entry)> _tensors = new(StringComparer.Ordinal);
    private readonly List<SafetensorsFile> _files = [];
    private readonly string _weights;

    /// <exception cref="InputException">The folder, its configuration or a file of weights is missing or damaged.</exception>
    public HfFolder(string folder)
    {
        Config = ModelFolder.ReadConfig(folder);
        var single = Path.Combine(folder, ModelFolder.Weights);
        var index = Path.Combine(folder, ModelFolder.Index);
        try
        {
            if (File.Exists(single))
            {
                _weights = single;
                Open(single);
            }
            else if (File.Exists(index))
            {
                _weights = index;
                OpenShards(folder, index);
            }
            else
            {
                throw new InputException(
                    $"{folder}: neither {ModelFolder.Weights} nor {ModelFolder.Index} is there; weights in other formats have to be converted to safetensors.");
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public MistralConfig Config { get; }

    public IEnumerable<string> TensorNames => _tensors.Keys;

    /// <summary>Reads a tensor in the type asked for; like any new tensor it belongs to the current dispose scope.</summary>
    /// <exception cref="InputException">The tensor is missing or has another shape; the message names both shapes and the file.</exception>
    public Tensor Read(string name, long[] shape, ScalarType dtype)
    {
        if (!_tensors.TryGetValue(name, out var found))
        {
            throw new InputException($"{_weights}: tensor {name} [{string.Join(", ", shape)}] is missing.");
        }

        if (!found.Entry.Shape.AsSpan().SequenceEqual(shape))
        {
            var vocabulary = found.Entry.Shape.Length == 2 && found.Entry.Shape[1] == shape[^1] && shape[0] == Config.VocabSize
                ? $" The vocabularies differ: config.json says {Config.VocabSize}."
                : string.Empty;
            throw new InputException(
                $"{found.File.Path}: tensor {name} has shape {found.Entry.ShapeText}, but config.json asks for [{string.Join(", ", shape)}].{vocabulary}");
        }

        var stored = found.File.Read(name);
        if (stored.dtype == dtype)
        {
            return stored;
        }

        using (stored)
        {
            return stored.to(dtype);
        }
    }

    public void Dispose()
    {
        foreach (var file in _files)
        {
            file.Dispose();
        }
    }

    private SafetensorsFile Open(string path)
    {
        var file = new SafetensorsFile(path);
        _files.Add(file);
        foreach (var entry in file.Entries)
        {
            if (!_tensors.TryAdd(entry.Name, (file, entry)))
            {
                throw new InputException($"{path}: tensor {entry.Name} is also in {_tensors[entry.Name].File.Path}.");
            }
        }

        return file;
    }

    private void OpenShards(string folder, string index)
    {
        var map = new ConfigFields(File.ReadAllText(index), index).TextMap("weight_map");
        foreach (var name in map.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var path = Path.Combine(folder, name);
            if (name != Path.GetFileName(name) || !File.Exists(path))
            {
                throw new InputException($"{index}: the shard {name} is not in the folder.");
            }

            Open(path);
        }

        foreach (var (tensor, shard) in map)
        {
            if (!_tensors.TryGetValue(tensor, out var found) || Path.GetFileName(found.File.Path) != shard)
            {
                throw new InputException($"{index}: tensor {tensor} should be in {shard}, but that file does not have it.");
            }
        }
    }
}

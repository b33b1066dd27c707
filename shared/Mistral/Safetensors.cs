using Microsoft.Win32.SafeHandles;
using TorchSharp;
using ZiGong.Contracts;
using ZiGong.ModelFiles;
using static TorchSharp.torch;

namespace ZiGong.Mistral;

/// <summary>An open safetensors file: the header is checked at opening, a tensor's bytes are read when it is asked for.</summary>
public sealed class SafetensorsFile : IDisposable
{
    private static readonly Dictionary<string, ScalarType> Types = new(StringComparer.Ordinal)
    {
        ["F64"] = ScalarType.Float64,
        ["F32"] = ScalarType.Float32,
        ["F16"] = ScalarType.Float16,
        ["BF16"] = ScalarType.BFloat16,
        ["I64"] = ScalarType.Int64,
        ["I32"] = ScalarType.Int32,
        ["I16"] = ScalarType.Int16,
        ["I8"] = ScalarType.Int8,
        ["U8"] = ScalarType.Byte,
        ["BOOL"] = ScalarType.Bool,
    };

    private readonly SafeFileHandle _handle;
    private readonly long _dataStart;
    private readonly Dictionary<string, SafetensorsEntry> _entries;

    /// <exception cref="InputException">The file is missing or not a complete safetensors file.</exception>
    public SafetensorsFile(string path)
    {
        Path = path;
        try
        {
            using var stream = File.OpenRead(path);
            var (entries, dataStart) = SafetensorsHeader.Read(stream, path);
            Entries = entries;
            _entries = entries.ToDictionary(entry => entry.Name, StringComparer.Ordinal);
            _dataStart = dataStart;
            _handle = File.OpenHandle(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: there is no such file.", error);
        }
    }

    public string Path { get; }

    /// <summary>In the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>A tensor in the type it is stored in; like any new tensor it belongs to the current dispose scope.</summary>
    /// <exception cref="InputException">The file has no tensor of this name.</exception>
    public Tensor Read(string name)
    {
        if (!_entries.TryGetValue(name, out var entry))
        {
            throw new InputException($"{Path}: tensor {name} is missing; the file has {Entries.Count} others.");
        }

        if (entry.End - entry.Begin > int.MaxValue)
        {
            throw new InputException($"{Path}: tensor {name} {entry.ShapeText} is over 2 GiB; store it in shards or as bf16.");
        }

        var tensor = empty(entry.Shape, dtype: Types[entry.DType]);
        if (entry.End > entry.Begin)
        {
            ReadExactly(tensor.bytes, _dataStart + entry.Begin, name);
        }

        return tensor;
    }

    /// <summary>Writes tensors as a safetensors file: same tensors, same bytes (wide types first, so that all are aligned, then by name).</summary>
    public static void Write(string path, IEnumerable<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var stream = File.Create(path);
        Write(stream, tensors, metadata);
        stream.Flush(flushToDisk: true);
    }

    /// <inheritdoc cref="Write(string, IEnumerable{ValueTuple{string, Tensor}}, IReadOnlyDictionary{string, string})"/>
    public static void Write(Stream stream, IEnumerable<(string Name, Tensor Value)> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var sorted = tensors.OrderByDescending(tensor => tensor.Value.element_size()).ThenBy(tensor => tensor.Name, StringComparer.Ordinal).ToList();
        var entries = new List<SafetensorsEntry>(sorted.Count);
        long offset = 0;
        foreach (var (name, value) in sorted)
        {
            var end = offset + (value.numel() * value.element_size());
            entries.Add(new SafetensorsEntry(name, TypeName(name, value), value.shape, offset, end));
            offset = end;
        }

        stream.Write(SafetensorsHeader.Write(entries, metadata ?? new Dictionary<string, string>()));
        foreach (var (_, value) in sorted)
        {
            using var scope = NewDisposeScope();
            if (value.numel() > 0)
            {
                stream.Write(value.detach().cpu().contiguous().bytes);
            }
        }
    }

    public void Dispose() => _handle.Dispose();

    private static string TypeName(string name, Tensor value) =>
        Types.FirstOrDefault(pair => pair.Value == value.dtype).Key
            ?? throw new NotSupportedException($"{name}: safetensors here has no type for {value.dtype}");

    private void ReadExactly(Span<byte> target, long offset, string name)
    {
        while (!target.IsEmpty)
        {
            var count = RandomAccess.Read(_handle, target, offset);
            if (count == 0)
            {
                throw new InputException($"{Path}: the file ended inside tensor {name}; it was changed while it was read.");
            }

            target = target[count..];
            offset += count;
        }
    }
}

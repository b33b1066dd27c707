using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using ZiGong.Contracts;

namespace ZiGong.ModelFiles;

/// <summary>A safetensors file of single-precision numbers, read without tensors.</summary>
public sealed class SafetensorsNumbers : IDisposable
{
    private readonly string _path;
    private readonly SafeFileHandle _handle;
    private readonly long _dataStart;

    /// <exception cref="InputException">The file is missing or not a complete safetensors file.</exception>
    public SafetensorsNumbers(string path)
    {
        _path = path;
        try
        {
            using var stream = File.OpenRead(path);
            (Entries, _dataStart) = SafetensorsHeader.Read(stream, path);
            _handle = File.OpenHandle(path);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: there is no such file.", error);
        }
    }

    /// <summary>In the order of their data.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>All numbers of a tensor, row by row.</summary>
    /// <exception cref="InputException">The tensor is of another type, or the file was cut meanwhile.</exception>
    public float[] Read(SafetensorsEntry entry)
    {
        if (entry.DType != "F32")
        {
            throw new InputException($"{_path}: tensor {entry.Name} is stored as {entry.DType}, but F32 is expected.");
        }

        var numbers = new float[(entry.End - entry.Begin) / sizeof(float)];
        var target = MemoryMarshal.AsBytes(numbers.AsSpan());
        for (var offset = _dataStart + entry.Begin; !target.IsEmpty;)
        {
            var count = RandomAccess.Read(_handle, target, offset);
            if (count == 0)
            {
                throw new InputException($"{_path}: the file ended inside tensor {entry.Name}; it was changed while it was read.");
            }

            target = target[count..];
            offset += count;
        }

        return numbers;
    }

    public void Dispose() => _handle.Dispose();
}

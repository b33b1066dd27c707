using System.Buffers.Binary;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ZiGong.Influence.Gradients;

/// <summary>
/// Writes a <see cref="GradientFile"/> front to back in constant memory apart from 40 bytes a row. The same rows give the same bytes. The stream
/// stays the caller's.
/// </summary>
public sealed class GradientFileWriter
{
    private readonly Stream _stream;
    private readonly GradientStorage _storage;
    private readonly int _dimension;
    private readonly byte[] _table;
    private readonly byte[] _row;
    private readonly float[] _scaled;
    private readonly int _count;
    private int _written;

    public GradientFileWriter(Stream stream, GradientStorage storage, int count, int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimension);
        _stream = stream;
        _storage = storage;
        _count = count;
        _dimension = dimension;
        _table = new byte[count * GradientFile.EntryBytes];
        _row = new byte[dimension * GradientFile.BytesPerNumber(storage)];
        _scaled = new float[dimension];
        WriteHeader();
    }

    /// <summary>Appends one row of <c>dimension</c> finite numbers.</summary>
    /// <exception cref="ArgumentException">Wrong length, a number that is not finite, or an id that is not 32 hexadecimal digits.</exception>
    /// <exception cref="InvalidOperationException">More rows than announced.</exception>
    public void Append(GradientEntry entry, ReadOnlySpan<float> row)
    {
        if (_written == _count)
        {
            throw new InvalidOperationException($"{_count} gradient rows were announced, another one was appended");
        }

        if (row.Length != _dimension || entry.SampleId.Length != 32)
        {
            throw new ArgumentException($"sample '{entry.SampleId}': expected an id of 32 digits and {_dimension} numbers, got {row.Length}");
        }

        var largest = row.IsEmpty ? 0 : TensorPrimitives.MaxMagnitude(row);
        if (!float.IsFinite(largest) || !double.IsFinite(entry.Loss) || !double.IsFinite(entry.Norm))
        {
            throw new ArgumentException($"sample {entry.SampleId}: loss, norm or gradient is not finite");
        }

        var scale = _storage == GradientStorage.ScaledHalf ? PowerOfTwoScale(Math.Abs(largest)) : 1;
        Encode(row, scale);
        _stream.Write(_row);
        WriteEntry(entry, scale);
        _written++;
    }

    /// <summary>Writes the table; the file is complete afterwards.</summary>
    /// <exception cref="InvalidOperationException">Fewer rows than announced.</exception>
    public void Complete()
    {
        if (_written != _count)
        {
            throw new InvalidOperationException($"{_count} gradient rows were announced, {_written} were appended");
        }

        Span<byte> checksum = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(checksum, Crc32C.Of(_table));
        _stream.Write(_table);
        _stream.Write(checksum);
    }

    // Dividing by a power of two is exact, so the only rounding is that to float16. The floor keeps scale and reciprocal normal numbers.
    private static float PowerOfTwoScale(float largest) =>
        largest == 0 ? 1 : MathF.ScaleB(1, Math.Max(MathF.ILogB(largest), -111) - 14);

    private void Encode(ReadOnlySpan<float> row, float scale)
    {
        if (_storage == GradientStorage.Single)
        {
            MemoryMarshal.AsBytes(row).CopyTo(_row);
            return;
        }

        TensorPrimitives.Multiply(row, 1 / scale, _scaled);
        TensorPrimitives.ConvertToHalf(_scaled, MemoryMarshal.Cast<byte, Half>(_row.AsSpan()));
    }

    private void WriteHeader()
    {
        Span<byte> header = stackalloc byte[GradientFile.HeaderBytes];
        GradientFile.Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], GradientFile.Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], (int)_storage);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], _count);
        BinaryPrimitives.WriteInt32LittleEndian(header[24..], _dimension);
        BinaryPrimitives.WriteUInt32LittleEndian(header[28..], Crc32C.Of(header[..28]));
        _stream.Write(header);
    }

    private void WriteEntry(GradientEntry entry, float scale)
    {
        var target = _table.AsSpan(_written * GradientFile.EntryBytes, GradientFile.EntryBytes);
        Convert.FromHexString(entry.SampleId).CopyTo(target);
        BinaryPrimitives.WriteDoubleLittleEndian(target[16..], entry.Loss);
        BinaryPrimitives.WriteDoubleLittleEndian(target[24..], entry.Norm);
        BinaryPrimitives.WriteSingleLittleEndian(target[32..], scale);
        BinaryPrimitives.WriteUInt32LittleEndian(target[36..], Crc32C.Of(_row));
    }
}

/// <summary>CRC-32C (Castagnoli): finds a damaged row without reading the rest of the file; content hashes belong to the artifact store.</summary>
internal static class Crc32C
{
    internal static uint Of(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            crc = BitOperations.Crc32C(crc, word);
        }

        foreach (var rest in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, rest);
        }

        return ~crc;
    }
}

using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace ZiGong.Influence.Gradients;

/// <summary>How the numbers of a gradient row are stored.</summary>
public enum GradientStorage
{
    /// <summary>float32, as computed.</summary>
    Single = 1,

    /// <summary>
    /// float16 with one float32 scale per sample: a power of two that puts the row's largest magnitude at 2¹⁴ to 2¹⁵, so coordinates down to
    /// 2⁻²⁹ of it keep 11 bits, however small the gradient is as a whole.
    /// </summary>
    ScaledHalf = 2,
}

/// <summary>What is known of one stored sample besides its row.</summary>
/// <param name="SampleId">32 lower-case hexadecimal digits.</param>
/// <param name="Loss">Mean cross entropy over the answer tokens.</param>
/// <param name="Norm">‖g‖ of the exact gradient, before any sketch.</param>
public sealed record GradientEntry(string SampleId, double Loss, double Norm);

/// <summary>
/// Reads the gradients of one (checkpoint × shard). The table of entries is checked and held (40 bytes a sample); rows are read on demand into
/// the caller's memory and checked one by one. Not safe for concurrent use.
/// <para>Layout, little endian: 32-byte header (magic, version, storage, count, dimension, CRC-32C), the rows, a 40-byte table entry per row
/// (id, loss, norm, scale, CRC-32C of the row), CRC-32C of the table. Written by <see cref="GradientFileWriter"/>.</para>
/// </summary>
public sealed class GradientFile : IDisposable
{
    internal const int Version = 1;
    internal const int HeaderBytes = 32;
    internal const int EntryBytes = 40;

    private readonly Stream _stream;
    private readonly string _name;
    private readonly byte[] _row;
    private readonly float[] _scales;
    private readonly uint[] _checksums;

    private GradientFile(Stream stream, string name, GradientStorage storage, int count, int dimension)
    {
        _stream = stream;
        _name = name;
        Storage = storage;
        Dimension = dimension;
        _row = new byte[dimension * BytesPerNumber(storage)];
        _scales = new float[count];
        _checksums = new uint[count];
        Entries = ReadTable(count);
    }

    internal static ReadOnlySpan<byte> Magic => "ZGGRADS\n"u8;

    public GradientStorage Storage { get; }

    /// <summary>Length of a row: the buckets of the sketch, or all LoRA parameters if exact.</summary>
    public int Dimension { get; }

    public int Count => _scales.Length;

    /// <summary>The samples in the order of the rows.</summary>
    public IReadOnlyList<GradientEntry> Entries { get; }

    /// <exception cref="InvalidDataException">The file is truncated, damaged or of another format.</exception>
    public static GradientFile Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        try
        {
            return Open(stream, path);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads from a seekable stream, which the result disposes.</summary>
    /// <param name="stream">The file's bytes, from position 0.</param>
    /// <param name="name">What error messages call the file.</param>
    /// <exception cref="InvalidDataException">The file is truncated, damaged or of another format.</exception>
    public static GradientFile Open(Stream stream, string name)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        stream.Position = 0;
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes || !header.StartsWith(Magic))
        {
            throw new InvalidDataException($"{name} is not a gradient file");
        }

        if (Crc32C.Of(header[..28]) != BinaryPrimitives.ReadUInt32LittleEndian(header[28..]))
        {
            throw new InvalidDataException($"the header of gradient file {name} is damaged");
        }

        var version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (version != Version)
        {
            throw new InvalidDataException($"gradient file {name} has format version {version}, this program reads version {Version}");
        }

        var storage = (GradientStorage)BinaryPrimitives.ReadInt32LittleEndian(header[12..]);
        var count = checked((int)BinaryPrimitives.ReadInt64LittleEndian(header[16..]));
        var dimension = BinaryPrimitives.ReadInt32LittleEndian(header[24..]);
        var expected = FileLength(storage, count, dimension);
        return stream.Length == expected
            ? new GradientFile(stream, name, storage, count, dimension)
            : throw new InvalidDataException($"gradient file {name} has {stream.Length} bytes instead of {expected}: it is truncated or damaged");
    }

    /// <summary>Copies row <paramref name="index"/> into <paramref name="destination"/> as float32.</summary>
    /// <exception cref="InvalidDataException">The row's checksum does not match.</exception>
    public void Read(int index, Span<float> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        if (destination.Length != Dimension)
        {
            throw new ArgumentException($"gradient file {_name} has rows of {Dimension} numbers, the destination holds {destination.Length}");
        }

        _stream.Position = HeaderBytes + ((long)index * _row.Length);
        _stream.ReadExactly(_row);
        if (Crc32C.Of(_row) != _checksums[index])
        {
            throw new InvalidDataException($"gradient file {_name}: row {index} (sample {Entries[index].SampleId}) is damaged");
        }

        if (Storage == GradientStorage.Single)
        {
            MemoryMarshal.Cast<byte, float>(_row).CopyTo(destination);
            return;
        }

        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(_row), destination);
        TensorPrimitives.Multiply(destination, _scales[index], destination);
    }

    public void Dispose() => _stream.Dispose();

    internal static int BytesPerNumber(GradientStorage storage) => storage switch
    {
        GradientStorage.Single => sizeof(float),
        GradientStorage.ScaledHalf => 2,
        _ => throw new InvalidDataException($"unknown gradient storage {(int)storage}"),
    };

    internal static long FileLength(GradientStorage storage, long count, int dimension) =>
        HeaderBytes + (count * (((long)dimension * BytesPerNumber(storage)) + EntryBytes)) + sizeof(uint);

    private GradientEntry[] ReadTable(int count)
    {
        var table = new byte[(count * EntryBytes) + sizeof(uint)];
        _stream.Position = HeaderBytes + ((long)count * _row.Length);
        _stream.ReadExactly(table);
        if (Crc32C.Of(table.AsSpan(0, count * EntryBytes)) != BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(count * EntryBytes)))
        {
            throw new InvalidDataException($"the sample table of gradient file {_name} is damaged");
        }

        var entries = new GradientEntry[count];
        for (var i = 0; i < count; i++)
        {
            var entry = table.AsSpan(i * EntryBytes, EntryBytes);
            entries[i] = new GradientEntry(
                Convert.ToHexStringLower(entry[..16]),
                BinaryPrimitives.ReadDoubleLittleEndian(entry[16..]),
                BinaryPrimitives.ReadDoubleLittleEndian(entry[24..]));
            _scales[i] = BinaryPrimitives.ReadSingleLittleEndian(entry[32..]);
            _checksums[i] = BinaryPrimitives.ReadUInt32LittleEndian(entry[36..]);
        }

        return entries;
    }
}

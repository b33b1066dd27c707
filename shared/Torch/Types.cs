using System.Runtime.InteropServices;

namespace TorchSharp;

public enum DeviceType
{
    CPU = 0,
    CUDA = 1,
}

public static partial class torch
{
    public enum ScalarType : sbyte
    {
        Byte = 0,
        Int8 = 1,
        Int16 = 2,
        Int32 = 3,
        Int64 = 4,
        Float16 = 5,
        Float32 = 6,
        Float64 = 7,
        Bool = 11,
        BFloat16 = 15,
    }

    public const ScalarType uint8 = ScalarType.Byte;
    public const ScalarType int8 = ScalarType.Int8;
    public const ScalarType int16 = ScalarType.Int16;
    public const ScalarType int32 = ScalarType.Int32;
    public const ScalarType @int = ScalarType.Int32;
    public const ScalarType int64 = ScalarType.Int64;
    public const ScalarType @long = ScalarType.Int64;
    public const ScalarType float16 = ScalarType.Float16;
    public const ScalarType half = ScalarType.Float16;
    public const ScalarType bfloat16 = ScalarType.BFloat16;
    public const ScalarType float32 = ScalarType.Float32;
    public const ScalarType @float = ScalarType.Float32;
    public const ScalarType float64 = ScalarType.Float64;
    public const ScalarType @double = ScalarType.Float64;
    public const ScalarType @bool = ScalarType.Bool;

    private static ScalarType defaultType = ScalarType.Float32;

    public static ScalarType get_default_dtype() => defaultType;

    public static void set_default_dtype(ScalarType dtype) => defaultType = dtype;

    public static readonly Device CPU = new(DeviceType.CPU, -1);

    public static readonly Device CUDA = new(DeviceType.CUDA, -1);

    public static Device device(string description) => new(description);

    public static Device device(DeviceType deviceType, int index = -1) => new(deviceType, index);

    public static Device device(string deviceType, int index) => new($"{deviceType}:{index}");

    public static Device device(int index) => new(DeviceType.CUDA, index);

    /// <summary>Where a tensor lies: cpu, cuda or cuda:n; index -1 is the current one of its kind.</summary>
    public sealed class Device : IEquatable<Device>
    {
        public Device(DeviceType type, int index = -1)
        {
            this.type = type;
            this.index = index;
        }

        /// <exception cref="ArgumentException">The description is neither cpu nor cuda, with or without an index.</exception>
        public Device(string description)
        {
            var parts = description.Split(':');
            type = parts[0].ToLowerInvariant() switch
            {
                "cpu" => DeviceType.CPU,
                "cuda" => DeviceType.CUDA,
                _ => throw new ArgumentException($"'{description}' is no device: use cpu, cuda or cuda:n.", nameof(description)),
            };
            index = -1;
            if (parts.Length > 1)
            {
                index = parts.Length == 2 && int.TryParse(parts[1], out var n) && n >= 0
                    ? n
                    : throw new ArgumentException($"'{description}' is no device: use cpu, cuda or cuda:n.", nameof(description));
            }
        }

        public DeviceType type { get; }

        public int index { get; }

        public bool Equals(Device? other) => other is not null && type == other.type && index == other.index;

        public override bool Equals(object? obj) => Equals(obj as Device);

        public override int GetHashCode() => HashCode.Combine(type, index);

        public static bool operator ==(Device? left, Device? right) => left is null ? right is null : left.Equals(right);

        public static bool operator !=(Device? left, Device? right) => !(left == right);

        public override string ToString() => index < 0 ? type.ToString().ToLowerInvariant() : $"{type.ToString().ToLowerInvariant()}:{index}";
    }

    /// <summary>One place of an index: a number, a range, a mask or list of positions, a new axis or an ellipsis.</summary>
    public readonly struct TensorIndex
    {
        private readonly IndexKind kind;
        private readonly long start;
        private readonly long stop;
        private readonly long step;
        private readonly Tensor? tensor;

        private TensorIndex(IndexKind kind, long start = IndexValue.Absent, long stop = IndexValue.Absent, long step = IndexValue.Absent, Tensor? tensor = null)
        {
            this.kind = kind;
            this.start = start;
            this.stop = stop;
            this.step = step;
            this.tensor = tensor;
        }

        public static TensorIndex None => new(IndexKind.None);

        public static TensorIndex Null => new(IndexKind.None);

        public static TensorIndex Ellipsis => new(IndexKind.Ellipsis);

        public static TensorIndex Colon => Slice();

        public static TensorIndex Slice(long? start = null, long? stop = null, long? step = null) =>
            new(IndexKind.Slice, start ?? IndexValue.Absent, stop ?? IndexValue.Absent, step ?? IndexValue.Absent);

        public static TensorIndex Slice((int? start, int? end) range) => Slice(range.start, range.end);

        public static TensorIndex Slice(Range range) => Slice(Bound(range.Start), range.End is { IsFromEnd: true, Value: 0 } ? null : Bound(range.End));

        public static TensorIndex Bool(bool value) => new(IndexKind.Bool, value ? 1 : 0);

        public static TensorIndex Single(long? index) => index is { } i ? new(IndexKind.Integer, i) : None;

        public static TensorIndex Tensor(Tensor tensor) => new(IndexKind.Tensor, tensor: tensor);

        public static implicit operator TensorIndex(long value) => Single(value);

        public static implicit operator TensorIndex(int value) => Single(value);

        public static implicit operator TensorIndex(bool value) => Bool(value);

        public static implicit operator TensorIndex(Tensor tensor) => Tensor(tensor);

        public static implicit operator TensorIndex(Range range) => Slice(range);

        public static implicit operator TensorIndex(Index index) => Single(Bound(index));

        internal IndexValue Native => new((long)kind, start, stop, step, tensor?.Handle ?? 0);

        private static long Bound(Index index) => index.IsFromEnd ? -index.Value : index.Value;
    }
}

internal enum IndexKind
{
    None = 0,
    Ellipsis = 1,
    Integer = 2,
    Bool = 3,
    Slice = 4,
    Tensor = 5,
}

/// <summary>A <see cref="torch.TensorIndex"/> as the native side reads it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct IndexValue(long Kind, long Start, long Stop, long Step, nint Tensor)
{
    internal const long Absent = long.MinValue;
}

using System.Runtime.InteropServices;

namespace TorchSharp;

/// <summary>
/// A number of any type, as tensors take it. TorchSharp keeps it on the native side; here it is a value, so there is nothing to dispose of.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public readonly struct Scalar : IDisposable
{
    private readonly double real;
    private readonly long integer;
    private readonly int kind;

    private Scalar(double real, long integer, int kind)
    {
        this.real = real;
        this.integer = integer;
        this.kind = kind;
    }

    internal static Scalar Absent => new(0, 0, -1);

    internal static Scalar One => new(1, 1, 1);

    internal bool IsIntegral => kind == 1;

    internal bool IsBool => kind == 2;

    public static implicit operator Scalar(double value) => new(value, 0, 0);

    public static implicit operator Scalar(float value) => new(value, 0, 0);

    public static implicit operator Scalar(Half value) => new((double)value, 0, 0);

    public static implicit operator Scalar(BFloat16 value) => new((float)value, 0, 0);

    public static implicit operator Scalar(long value) => new(value, value, 1);

    public static implicit operator Scalar(int value) => new(value, value, 1);

    public static implicit operator Scalar(short value) => new(value, value, 1);

    public static implicit operator Scalar(byte value) => new(value, value, 1);

    public static implicit operator Scalar(sbyte value) => new(value, value, 1);

    public static implicit operator Scalar(bool value) => new(value ? 1 : 0, value ? 1 : 0, 2);

    internal double AsDouble => kind == 0 ? real : integer;

    internal long AsLong => kind == 0 ? (long)real : integer;

    public void Dispose()
    {
    }
}

public static class ScalarExtensionMethods
{
    public static Scalar ToScalar(this double value) => value;

    public static Scalar ToScalar(this float value) => value;

    public static Scalar ToScalar(this long value) => value;

    public static Scalar ToScalar(this int value) => value;

    public static Scalar ToScalar(this bool value) => value;

    public static float ToSingle(this Scalar value) => (float)value.AsDouble;

    public static double ToDouble(this Scalar value) => value.AsDouble;

    public static long ToInt64(this Scalar value) => value.AsLong;

    public static int ToInt32(this Scalar value) => checked((int)value.AsLong);

    public static bool ToBoolean(this Scalar value) => value.AsDouble != 0;
}

/// <summary>The upper half of a 32-bit float.</summary>
public readonly struct BFloat16(ushort bits) : IEquatable<BFloat16>
{
    public static explicit operator BFloat16(float value)
    {
        var raw = BitConverter.SingleToUInt32Bits(value);
        // Round to nearest, ties to even; a NaN keeps a bit of its payload.
        return new BFloat16(float.IsNaN(value) ? (ushort)((raw >> 16) | 0x40) : (ushort)((raw + 0x7FFF + ((raw >> 16) & 1)) >> 16));
    }

    public static implicit operator float(BFloat16 value) => BitConverter.UInt32BitsToSingle((uint)value.Bits << 16);

    internal ushort Bits { get; } = bits;

    public bool Equals(BFloat16 other) => (float)this == (float)other;

    public override bool Equals(object? obj) => obj is BFloat16 other && Equals(other);

    public override int GetHashCode() => ((float)this).GetHashCode();

    public static bool operator ==(BFloat16 left, BFloat16 right) => left.Equals(right);

    public static bool operator !=(BFloat16 left, BFloat16 right) => !left.Equals(right);

    public override string ToString() => ((float)this).ToString();
}

using System.Runtime.InteropServices;

namespace ZiGong.Contracts;

/// <summary>
/// Numbers too small for a full mantissa (below 1.2e-38 in single precision) cost a processor a hundred times the work of others, and
/// trained models are full of them: softmax of what is certain. While a <see cref="Scope"/> lasts, its thread takes them for zero, where they come
/// from memory (DAZ) and where they come out (FTZ). The state belongs to the thread, so a scope must not last over an await. Elsewhere
/// than on Linux on x86-64 nothing changes.
/// </summary>
public static partial class Denormals
{
    /// <summary>FTZ (bit 15) and DAZ (bit 6) of MXCSR. Intel 64 manual, volume 1, section 10.2.3.</summary>
    private const uint Both = 0x8040;

    private static readonly bool Known = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>Whether this thread takes them for zero.</summary>
    public static bool AreFlushed => Known && (Read().Control & Both) == Both;

    /// <summary>From here to the end of the scope this thread takes them for zero.</summary>
    public static Scope Flush()
    {
        if (!Known)
        {
            return default;
        }

        var environment = Read();
        var before = environment.Control;
        if ((before & Both) == Both)
        {
            return default;
        }

        Write(environment with { Control = before | Both });
        return new Scope(before & Both);
    }

    private static FloatingPointEnvironment Read() =>
        GetEnvironment(out var environment) == 0 ? environment : throw new InvalidOperationException("fegetenv failed");

    private static void Write(FloatingPointEnvironment environment)
    {
        if (SetEnvironment(environment) != 0)
        {
            throw new InvalidOperationException("fesetenv failed");
        }
    }

    [LibraryImport("libm.so.6", EntryPoint = "fegetenv")]
    private static partial int GetEnvironment(out FloatingPointEnvironment environment);

    [LibraryImport("libm.so.6", EntryPoint = "fesetenv")]
    private static partial int SetEnvironment(in FloatingPointEnvironment environment);

    /// <summary>Gives the thread back as it was.</summary>
    public readonly struct Scope : IDisposable
    {
        private readonly uint _before;
        private readonly bool _changed;

        internal Scope(uint before) => (_before, _changed) = (before, true);

        public void Dispose()
        {
            if (_changed)
            {
                var environment = Read();
                Write(environment with { Control = (environment.Control & ~Both) | _before });
            }
        }
    }

    /// <summary>C's fenv_t on x86-64 Linux: seven words of the old coprocessor, then MXCSR.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct FloatingPointEnvironment(ulong First, ulong Second, ulong Third, uint Fourth, uint Control);
}

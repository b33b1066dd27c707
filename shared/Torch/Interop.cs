using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using System.Runtime.InteropServices.Marshalling;
using static TorchSharp.torch;

[assembly: DisableRuntimeMarshalling]

namespace TorchSharp;

/// <summary>Sends a tensor over as its handle and keeps it from being finalized until the call has returned; wraps the handle that comes back.</summary>
[CustomMarshaller(typeof(Tensor), MarshalMode.ManagedToUnmanagedIn, typeof(In))]
[CustomMarshaller(typeof(Tensor), MarshalMode.ManagedToUnmanagedOut, typeof(Out))]
internal static class TensorMarshaller
{
    public ref struct In
    {
        private Tensor? tensor;
        private nint handle;

        public void FromManaged(Tensor? managed)
        {
            tensor = managed;
            handle = managed is null ? 0 : managed.Handle;
        }

        public readonly nint ToUnmanaged() => handle;

        public readonly void Free() => GC.KeepAlive(tensor);
    }

    public static class Out
    {
        public static Tensor ConvertToManaged(nint handle) => Failure.Wrap(handle);
    }
}

/// <summary>Turns what the native side reported into an exception: the first line of the message and the shapes of the operands.</summary>
internal static class Failure
{
    /// <exception cref="ExternalException">The handle is null, so the native call failed.</exception>
    public static Tensor Wrap(nint handle) => handle == 0 ? throw Last() : new Tensor(handle);

    /// <exception cref="ExternalException">The status is not zero.</exception>
    public static void Check(int status)
    {
        if (status != 0)
        {
            throw Last();
        }
    }

    /// <summary>The results that a call left for this thread, in order; an undefined one is null.</summary>
    public static Tensor?[] Results(long count)
    {
        if (count < 0)
        {
            throw Last();
        }

        var all = new Tensor?[count];
        for (var i = 0; i < all.Length; i++)
        {
            var handle = Native.take(i);
            all[i] = handle == 0 ? null : new Tensor(handle);
        }

        return all;
    }

    private static ExternalException Last() => new(Marshal.PtrToStringUTF8(Native.error()));
}

/// <summary>The handles of several tensors for one call, and the tensors themselves, so that none is finalized under it.</summary>
internal readonly ref struct Handles
{
    private readonly nint[] handles;
    private readonly IReadOnlyCollection<Tensor?> tensors;

    public Handles(IReadOnlyCollection<Tensor?> tensors)
    {
        this.tensors = tensors;
        handles = new nint[tensors.Count];
        var i = 0;
        foreach (var tensor in tensors)
        {
            handles[i++] = tensor?.Handle ?? 0;
        }
    }

    public int Count => handles.Length;

    public ReadOnlySpan<nint> Span => handles;

    public void Dispose() => GC.KeepAlive(tensors);
}

/// <summary>Loads the native library from beside the assembly, with BLAS held to one thread before it starts its pool.</summary>
internal static partial class Loader
{
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

#pragma warning disable CA2255 // The resolver has to be in place before the first native call of any caller.
    [ModuleInitializer]
    internal static void Initialize() => NativeLibrary.SetDllImportResolver(typeof(Loader).Assembly, Resolve);
#pragma warning restore CA2255

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != "zigong_torch")
        {
            return 0;
        }

        // .NET keeps its own copy of the environment; OpenBLAS reads the C one, once, when it is loaded.
        SetEnvironment("OPENBLAS_NUM_THREADS", "1", 0);

        // An OpenBLAS older than the processor takes its slowest kernels (measured: 33 instead of 148 GFLOP/s a core). A value that is set already stays.
        if (Avx512BW.IsSupported)
        {
            SetEnvironment("OPENBLAS_CORETYPE", "SkylakeX", 0);
        }
        else if (Avx2.IsSupported)
        {
            SetEnvironment("OPENBLAS_CORETYPE", "Haswell", 0);
        }

        var beside = Path.Combine(AppContext.BaseDirectory, "libzigong_torch.so");
        try
        {
            return File.Exists(beside) ? NativeLibrary.Load(beside) : NativeLibrary.Load(name, assembly, path);
        }
        catch (DllNotFoundException e)
        {
            throw new DllNotFoundException(
                "libzigong_torch.so could not be loaded. Install libtorch (Debian: libtorch-dev), or set LIBTORCH to its folder, and build again. "
                + e.Message, e);
        }
    }
}

/// <summary>A bool of C++: one byte.</summary>
internal readonly struct Flag
{
    private readonly byte value;

    private Flag(byte value) => this.value = value;

    public static implicit operator Flag(bool value) => new(value ? (byte)1 : (byte)0);

    public static implicit operator bool(Flag flag) => flag.value != 0;
}

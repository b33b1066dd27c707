using TorchSharp;
using ZiGong.Cli.Hosting;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Models;
using ZiGong.TorchLibrary;

namespace ZiGong.AllInOne.Tensors;

/// <summary>Whether tensors can be computed on this machine.</summary>
internal static class TensorExamination
{
    /// <param name="settings">Null where they cannot be read.</param>
    public static TensorFindings Look(PipelineOptions? settings)
    {
        var library = NativeLibraryFile.Beside(AppContext.BaseDirectory);
        var (error, words) = (TensorError(library), NativeLibraryFile.Describe(library));
        return error is null
            ? new TensorFindings(null, words, torch.cuda.device_count(), settings is null ? null : DeviceError(settings))
            : new TensorFindings(error, words, 0, null);
    }

    private static string? TensorError(LibraryState library)
    {
        // Where it cannot load, TorchSharp would first copy half a gigabyte together.
        if (library is LibraryState.Refused or LibraryState.Unknown)
        {
            return NativeLibraryFile.Describe(library);
        }

        try
        {
            using var one = torch.ones(2, 2);
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException or NotSupportedException)
        {
            return (e.InnerException ?? e).Message.Split('\n')[0];
        }
    }

    private static string? DeviceError(PipelineOptions settings)
    {
        try
        {
            ComputeDevice.Of(settings);
            return null;
        }
        catch (InputException e)
        {
            return e.Message;
        }
    }
}

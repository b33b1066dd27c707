using TorchSharp;
using ZiGong.Cli.Hosting;
using ZiGong.Hosting;
using ZiGong.Models;

namespace ZiGong.AllInOne.Tensors;

/// <summary>Whether tensors can be computed on this machine.</summary>
internal static class TensorExamination
{
    /// <param name="settings">Null where they cannot be read.</param>
    public static TensorFindings Look(PipelineOptions? settings)
    {
        var error = TensorError();
        return error is null
            ? new TensorFindings(null, torch.cuda.device_count(), settings is null ? null : DeviceError(settings), LoadedBlas())
            : new TensorFindings(error, 0, null, LoadedBlas());
    }

    private static string? TensorError()
    {
        try
        {
            using var one = torch.ones(2, 2);
            return null;
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or EntryPointNotFoundException)
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
        catch (Contracts.InputException e)
        {
            return e.Message;
        }
    }

    /// <summary>The library that the loader gave libtorch, by the process's own memory map.</summary>
    private static string? LoadedBlas() => File.Exists("/proc/self/maps")
        ? File.ReadLines("/proc/self/maps").Select(line => line.Split(' ')[^1]).FirstOrDefault(path => path.Contains("/lib", StringComparison.Ordinal) && Path.GetFileName(path).Contains("blas", StringComparison.Ordinal))
        : null;
}

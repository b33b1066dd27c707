using TorchSharp;
using ZiGong.Contracts;
using ZiGong.Hosting;

namespace ZiGong.Models;

/// <summary>Where this process computes its models.</summary>
public static class ComputeDevice
{
    /// <summary>The device that a process is configured for; null for the CPU, for which no libtorch is loaded.</summary>
    /// <exception cref="InputException">There is no such device here.</exception>
    public static torch.Device? Of(PipelineOptions options) => options.Device == "cpu" ? null : Of(options.Device, torch.cuda.device_count());

    /// <param name="name">cpu, cuda or cuda:N.</param>
    /// <param name="cudaDevices">How many there are.</param>
    /// <exception cref="InputException">There is no such device here.</exception>
    public static torch.Device Of(string name, int cudaDevices)
    {
        var device = new torch.Device(name);
        return device.type == DeviceType.CPU || Math.Max(0, device.index) < cudaDevices
            ? device
            : throw new InputException(
                $"{PipelineOptions.Section}:{nameof(PipelineOptions.Device)} is {name}, but libtorch sees "
                + (cudaDevices == 0
                    ? "no CUDA device: it needs NVIDIA's driver and a libtorch for CUDA, which LIBTORCH names when building"
                    : $"devices cuda:0 to cuda:{cudaDevices - 1} alone"));
    }
}

using System.Globalization;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Simulation;

namespace ZiGong.Cli.Demo;

/// <summary>
/// The data set that a demo stores its borrowers in, one for every simulation: all simulations number their borrowers alike, so
/// in a shared data set the second would supersede the first one's samples.
/// </summary>
public static class DemoDataset
{
    private const string Shipped = "simulated";

    /// <summary>What `demo` simulates when nothing is asked for; its data set keeps the shipped name.</summary>
    public static SimulationOptions Defaults { get; } = new() { FlipShare = 0.05 };

    /// <returns>The data set's name, and the shipped descriptor under that name.</returns>
    /// <exception cref="InputException">An option is out of range.</exception>
    public static (string Name, string Descriptor) Of(SimulationOptions simulation)
    {
        simulation.Check();
        var text = DescriptorFile.Text(Shipped);
        if (simulation == Defaults)
        {
            return (Shipped, text);
        }

        var flips = simulation.FlipShare.ToString(CultureInfo.InvariantCulture);
        var name = $"{Shipped}-{simulation.Seed}-{simulation.Borrowers}-{flips}";
        return (name, text.Replace($"name: {Shipped}\n", $"name: {name}\n", StringComparison.Ordinal));
    }
}

using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Simulation;

namespace ZiGong.Testing;

/// <summary>The simulated portfolio that all flow tests look at, whole and in parts as a lender would deliver it.</summary>
public static class Borrowers
{
    public const string Dataset = "simulated";

    private static readonly Lazy<string> Rows = new(() =>
    {
        using var table = new StringWriter();
        using var truth = new StringWriter();
        CreditSimulator.Write(new SimulationOptions { Borrowers = 240, Months = 15, Seed = 3 }, table, truth);
        return table.ToString();
    });

    public static string Descriptor => DescriptorFile.Text(Dataset);

    public static DatasetDescriptor Parsed => DescriptorFile.Load(Dataset);

    public static string Header => CreditSimulator.Header;

    /// <summary>The rows without the header.</summary>
    public static IReadOnlyList<string> Lines => Rows.Value.Split('\n', StringSplitOptions.RemoveEmptyEntries)[1..];

    /// <summary>Writes a table; returns its path.</summary>
    public static string Write(string folder, string name, IEnumerable<string> lines)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, string.Concat(lines.Prepend(Header).Select(l => l + "\n")));
        return path;
    }

    public static string Write(string folder) => Write(folder, "borrowers.csv", Lines);
}

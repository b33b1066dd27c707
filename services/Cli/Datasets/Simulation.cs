using ZiGong.Contracts;
using ZiGong.Credit.Simulation;

namespace ZiGong.Cli.Datasets;

/// <summary>The simulator's two files.</summary>
internal static class Simulation
{
    public static string TruthPath(string table) => Path.ChangeExtension(table, null) + ".truth.csv";

    /// <exception cref="InputException">An option is out of range, or the folder does not exist.</exception>
    public static SimulationSummary Write(string path, SimulationOptions options, CancellationToken ct)
    {
        options.Check();
        try
        {
            using var table = new StreamWriter(path);
            using var truth = new StreamWriter(TruthPath(path));
            return CreditSimulator.Write(options, table, truth, ct);
        }
        catch (DirectoryNotFoundException e)
        {
            throw new InputException($"{path}: there is no such folder; create it or give another --out", e);
        }
    }
}

using System.CommandLine;
using ZiGong.Contracts;

namespace ZiGong.Cli.Local.Results;

/// <summary><c>local results</c>: every published table anew.</summary>
internal static class ResultsCommand
{
    /// <summary>Somebody else is measuring already.</summary>
    private const int Busy = 3;

    public static Command Create(TextWriter errors)
    {
        var root = new Argument<string>("ROOT") { Description = "The checkout, whose zigong is called." };
        var data = new Argument<string>("DATA") { Description = "Holds the real tables; one that is not there is left out, and its page says so." };
        var folder = new Argument<string>("FOLDER") { Description = "Gets a Markdown file for each experiment." };
        var full = new Option<bool>("--full");
        var command = new Command("results", "Measure what docs/results.md and docs/results hold.") { root, data, folder, full };
        command.SetAction(async (parsed, ct) =>
        {
            var place = Directory.CreateDirectory(parsed.GetRequiredValue(folder)).FullName;
            await using var @lock = TryLock(Path.Combine(place, "lock"));
            if (@lock is null)
            {
                await errors.WriteLineAsync("results: they are being measured already");
                return Busy;
            }

            return await MeasureAsync(parsed.GetRequiredValue(root), parsed.GetRequiredValue(data), place, parsed.GetValue(full), errors, ct);
        });
        return command;
    }

    private static async Task<int> MeasureAsync(string root, string data, string folder, bool full, TextWriter errors, CancellationToken ct)
    {
        var zigong = Path.Combine(root, "zigong");
        var index = Path.Combine(root, "docs", "results.md");
        var simulated = Path.Combine(folder, "simulated.csv");
        var mislabelled = Path.Combine(folder, "simulated-mislabelled.csv");
        await SimulateAsync(zigong, simulated, [], ct);
        await SimulateAsync(zigong, mislabelled, ["--flips", "0.167"], ct);
        await WriteDescriptorAsync(root, Path.ChangeExtension(mislabelled, "yaml"), ct);

        var tables = ResultPlan.Of(data, simulated, mislabelled, full);
        var pages = new ResultPages(index, full, Environment.ProcessorCount);
        var measurement = new TableMeasurement(zigong, root, folder, errors, TimeProvider.System);
        for (var i = 0; i < tables.Count; i++)
        {
            var measured = await measurement.MeasureAsync(tables[i], i + 1, ct);
            pages.Add(measured, (await MeasuringProcess.CodeAsync(root, ct)).Name);
        }

        await errors.WriteLineAsync($"results: {tables.Count} experiments, {measurement.Failed} failed; see {index}");
        return measurement.Failed == 0 ? ExitCodes.Done : ExitCodes.Fault;
    }

    /// <summary>Borrowers enough for a test side of a thousand.</summary>
    private static async Task SimulateAsync(string zigong, string file, string[] more, CancellationToken ct)
    {
        var log = $"{file}.log";
        string[] arguments = ["simulate", "--out", file, "--borrowers", "10000", "--seed", "1", .. more];
        if (await MeasuringProcess.RunAsync(zigong, arguments, "/dev/null", log, ct) != 0)
        {
            throw new InvalidOperationException($"{file} cannot be simulated: {(await File.ReadAllLinesAsync(log, ct)).LastOrDefault()}");
        }
    }

    /// <summary>
    /// The second table has a sixth of its labels wrong but in the last half year, where the reference and test sides lie; a data set of its own, or its
    /// rows would take the place of the right ones.
    /// </summary>
    private static async Task WriteDescriptorAsync(string root, string file, CancellationToken ct)
    {
        const string Name = "name: simulated\n";
        var descriptor = await File.ReadAllTextAsync(Path.Combine(root, "shared", "Credit", "Descriptors", "catalog", "simulated.yaml"), ct);
        if (!descriptor.Contains(Name, StringComparison.Ordinal))
        {
            throw new InputException("the descriptor of simulated begins otherwise now");
        }

        await File.WriteAllTextAsync(file, descriptor.Replace(Name, "name: simulated-mislabelled\n", StringComparison.Ordinal), ct);
    }

    /// <summary>Null where somebody has it.</summary>
    private static FileStream? TryLock(string file)
    {
        try
        {
            return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return null;
        }
    }
}

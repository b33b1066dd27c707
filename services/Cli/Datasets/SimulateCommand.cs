using System.CommandLine;
using System.Globalization;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit.Simulation;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Datasets;

/// <summary><c>simulate</c>: borrowers that never lived, with the truth about them in a file of its own.</summary>
internal static class SimulateCommand
{
    public static Command Create(CommandBuilder builder)
    {
        var defaults = new SimulationOptions();
        var output = new Option<string>("--out") { Description = "Table to write; the truth goes beside it as NAME.truth.csv.", Required = true };
        var borrowers = new Option<int>("--borrowers") { Description = "Number of borrowers.", DefaultValueFactory = _ => defaults.Borrowers };
        var months = new Option<int>("--months") { Description = "Months simulated.", DefaultValueFactory = _ => defaults.Months };
        var every = new Option<int>("--every") { Description = "Months between two observations of a borrower.", DefaultValueFactory = _ => defaults.Every };
        var start = new Option<string>("--start")
        {
            Description = "First month.", DefaultValueFactory = _ => defaults.Start.ToString("yyyy-MM", CultureInfo.InvariantCulture),
        };
        var flips = new Option<double>("--flips") { Description = "Share of recorded labels that are wrong.", DefaultValueFactory = _ => defaults.FlipShare };
        var drift = new Option<double>("--drift")
        {
            Description = "How far effects move over time: 0 not at all, 1 as designed.", DefaultValueFactory = _ => defaults.Drift,
        };
        var seed = new Option<ulong>("--seed") { Description = "Same seed, same bytes.", DefaultValueFactory = _ => defaults.Seed };
        return builder.Command(
            "simulate",
            "Write a table of simulated borrowers for the descriptor `simulated`, and the truth beside it.",
            [output, borrowers, months, every, start, flips, drift, seed],
            (parsed, screen, ct) => Task.FromResult(Run(
                parsed.GetRequiredValue(output),
                defaults with
                {
                    Borrowers = parsed.GetValue(borrowers),
                    Months = parsed.GetValue(months),
                    Every = parsed.GetValue(every),
                    Start = Month(parsed.GetValue(start)!),
                    FlipShare = parsed.GetValue(flips),
                    Drift = parsed.GetValue(drift),
                    Seed = parsed.GetValue(seed),
                },
                screen,
                ct)),
            "zigong simulate --out sim.csv --borrowers 3000 --flips 0.05",
            "zigong dataset check simulated sim.csv");
    }

    private static int Run(string path, SimulationOptions options, Screen screen, CancellationToken ct)
    {
        var summary = Simulation.Write(path, options, ct);
        if (screen.Json)
        {
            screen.Data(new { Table = path, Truth = Simulation.TruthPath(path), summary.Rows, summary.Bads, summary.Flips, summary.BayesAuc });
        }
        else
        {
            screen.Print(Format.Table(
                [path, ">"],
                [
                    ["Samples", Format.Count(summary.Rows)],
                    ["Defaults", $"{Format.Count(summary.Bads)} ({Format.Share(summary.Bads / (double)summary.Rows)})"],
                    ["Flipped labels", $"{Format.Count(summary.Flips)} ({Format.Share(summary.Flips / (double)summary.Rows)})"],
                    ["Bayes AUC", Format.Figure(summary.BayesAuc)],
                    ["Truth", Simulation.TruthPath(path)],
                ]));
        }

        return ExitCodes.Done;
    }

    private static DateOnly Month(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM", CultureInfo.InvariantCulture, DateTimeStyles.None, out var month)
            ? month
            : throw new InputException($"--start is '{text}', but must be a month such as 2023-01");
}

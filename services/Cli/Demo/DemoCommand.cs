using System.CommandLine;
using ZiGong.Cli.Datasets;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Ingesting;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Scores;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Simulation;
using ZiGong.Credit.Subjects;
using ZiGong.Reports.Runs;
using ZiGong.Reports.Scores;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Demo;

/// <summary><c>demo</c>: the whole way on simulated borrowers, some of whose labels are wrong on purpose.</summary>
internal static class DemoCommand
{
    public static Command Create(CommandBuilder builder)
    {
        var defaults = DemoDataset.Defaults;
        var borrowers = new Option<int>("--borrowers") { Description = "Borrowers simulated.", DefaultValueFactory = _ => defaults.Borrowers };
        var flips = new Option<double>("--flips") { Description = "Share of training labels that are flipped.", DefaultValueFactory = _ => defaults.FlipShare };
        var seed = new Option<long>("--seed") { Description = "Seed of simulator and run.", DefaultValueFactory = _ => (long)defaults.Seed };
        var set = new Option<string[]>("--set") { Description = "Change an option of the run: Section:Name=value; repeatable.", DefaultValueFactory = _ => [] };
        return builder.Command(
            "demo",
            "Simulate borrowers, run the whole pipeline on them, and show what the scores found.",
            [borrowers, flips, seed, set],
            (parsed, screen, ct) => RunAsync(
                builder.Local,
                new SimulationOptions { Borrowers = parsed.GetValue(borrowers), FlipShare = parsed.GetValue(flips), Seed = (ulong)parsed.GetValue(seed) },
                RunCommand.OptionsOf(parsed.GetValue(set)!, parsed.GetValue(seed)),
                screen,
                ct),
            "zigong demo",
            "zigong demo --flips 0.1 --set TracSeq:Gamma=1");
    }

    private static async Task<int> RunAsync(LocalServices local, SimulationOptions simulation, RunOptions options, Screen screen, CancellationToken ct)
    {
        var (name, text) = DemoDataset.Of(simulation);
        var folder = Path.Combine(CliSettings.Home, "demo", name);
        Directory.CreateDirectory(folder);
        var table = Path.Combine(folder, "simulated.csv");
        var summary = Simulation.Write(table, simulation, ct);
        screen.Note(
            $"simulated {Format.Count(summary.Rows)} samples of {Format.Count(simulation.Borrowers)} borrowers in {table}; "
            + $"{Format.Count(summary.Flips)} labels flipped, Bayes AUC {Format.Figure(summary.BayesAuc)}");

        var settings = CliSettings.Read();
        var descriptor = DescriptorFile.Parse(text, $"{name}.yaml");
        await using var reader = await Reader.OpenAsync(settings, ct);
        var ingested = await IngestCommand.RunAsync(local, descriptor, table, reader, screen, ct);
        screen.Note(
            $"ingested: {Format.Count(ingested.Added)} added, {Format.Count(ingested.Unchanged)} unchanged, {Format.Count(ingested.Rejected)} rejected");

        var view = await new PipelineRun(local, reader, settings, screen, TimeProvider.System).StartAsync(text, options, ct);
        var truth = GroundTruth.Read(Simulation.TruthPath(table), descriptor, SubjectHasher.FromFile(settings.SubjectKeyFile));
        await using var db = reader.NewContext();
        var result = await RunResult.ReadAsync(db, view, ct);
        var scored = await ScoredRun.ReadAsync(db, view, ct);
        DemoView.Print(result, DemoFindings.Of(scored, truth, descriptor.Answer.Positive), screen);
        return ExitCodes.Done;
    }
}

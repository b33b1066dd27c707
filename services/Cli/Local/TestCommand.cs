using System.CommandLine;
using System.Diagnostics;

namespace ZiGong.Cli.Local;

/// <summary>
/// <c>local test</c>: runs the built test projects one after the other and adds their figures up; the last line is
/// <c>N passed, N failed, N skipped</c>. A test that hangs is named and ends its project after twelve minutes.
/// </summary>
internal static class TestCommand
{
    private static readonly string[] Projects = ["UnitTests", "FlowTests", "ReportTests", "SystemTests"];

    public static Command Create(TextWriter output, TextWriter errors)
    {
        var root = new Argument<string>("ROOT");
        var results = new Argument<string>("RESULTS");
        var more = new Argument<string[]>("ARGUMENTS") { Description = "Of dotnet test.", Arity = ArgumentArity.ZeroOrMore };
        var command = new Command("test", "Run all test projects of a checkout.") { root, results, more };
        command.SetAction(async (parsed, ct) =>
        {
            var folder = parsed.GetRequiredValue(results);
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }

            var ended = new List<(string Project, TestFigures Figures, bool EndedWell)>();
            foreach (var project in Projects)
            {
                await errors.WriteLineAsync($"zigong: {project}");
                var well = await RunAsync(Path.Combine(parsed.GetRequiredValue(root), "tests", project), folder, project, parsed.GetValue(more) ?? [], ct);
                ended.Add((project, TestFigures.Read(Path.Combine(folder, $"{project}.trx")), well));
            }

            var sum = TestFigures.Sum(ended.Select(p => (p.Figures, p.EndedWell)));
            if (ended.TrueForAll(p => p.Figures.Failed == 0) && sum.Failed > 0)
            {
                await errors.WriteLineAsync(
                    $"zigong: the test process ended abnormally: {string.Join(' ', ended.Where(p => !p.EndedWell).Select(p => p.Project))}");
            }

            await output.WriteLineAsync($"{sum}");
            return sum.AreGood ? ExitCodes.Done : ExitCodes.Fault;
        });
        return command;
    }

    private static async Task<bool> RunAsync(string project, string folder, string name, string[] more, CancellationToken ct)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            ["test", project, "-c", "Release", "--no-build", "--nologo", "-v", "q", "--results-directory", folder,
             "--logger", $"trx;LogFileName={name}.trx", "--logger", "console;verbosity=minimal",
             "--blame-hang", "--blame-hang-timeout", "12m", "--blame-hang-dump-type", "none", .. more])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
        };
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        await process.WaitForExitAsync(ct);
        return process.ExitCode == 0;
    }
}

using System.Diagnostics;

namespace ZiGong.Testing;

/// <summary>The <c>zigong</c> command as a process of its own, working on a lab.</summary>
public static class CommandLineProcess
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "ZiGong.AllInOne.dll");

    public static Process Start(Lab lab, params string[] arguments) => Start(lab.Folder, EnvironmentOf(lab), arguments);

    /// <summary>One that has neither database nor artifacts, but a server.</summary>
    public static Process StartAt(ServiceProcesses server, string folder, params string[] arguments) =>
        Start(folder, EnvironmentOf(server, folder), [.. arguments, $"--server={server.Address}"]);

    private static Process Start(string folder, Dictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            WorkingDirectory = folder,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException("dotnet does not start");
    }

    /// <summary>Runs to the end.</summary>
    public static ProgramResult Run(Lab lab, params string[] arguments) => Shell.Try("dotnet", [Program, .. arguments], EnvironmentOf(lab), lab.Folder);

    /// <summary>Runs one that has a server to the end.</summary>
    public static ProgramResult RunAt(ServiceProcesses server, string folder, params string[] arguments) =>
        Shell.Try("dotnet", [Program, .. arguments, $"--server={server.Address}"], EnvironmentOf(server, folder), folder);

    private static Dictionary<string, string> EnvironmentOf(ServiceProcesses server, string folder) => new()
    {
        ["ZIGONG_TOKEN"] = server.OperatorToken,
        ["ZIGONG_HOME"] = Path.Combine(folder, "elsewhere"),
    };

    private static Dictionary<string, string> EnvironmentOf(Lab lab) => new()
    {
        ["Pipeline__Database"] = lab.Options.Database,
        ["Pipeline__Artifacts"] = lab.Options.Artifacts,
        ["Pipeline__SubjectKeyFile"] = lab.Options.SubjectKeyFile,
        ["Pipeline__Workers"] = $"{lab.Options.Workers}",
        ["Pipeline__SweepSeconds"] = $"{lab.Options.SweepSeconds}",
        ["ZIGONG_HOME"] = Path.Combine(lab.Folder, "home"),
        ["OMP_NUM_THREADS"] = "1",
        ["MKL_NUM_THREADS"] = "1",
    };
}

using System.Diagnostics;

namespace ZiGong.Testing;

/// <summary>The <c>zigong</c> command as a process of its own, working on a lab.</summary>
public static class CommandLineProcess
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "ZiGong.AllInOne.dll");

    public static Process Start(Lab lab, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            WorkingDirectory = lab.Folder,
        };
        foreach (var (name, value) in EnvironmentOf(lab))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start) ?? throw new InvalidOperationException("dotnet does not start");
    }

    /// <summary>Runs to the end.</summary>
    public static ProgramResult Run(Lab lab, params string[] arguments) => Shell.Try("dotnet", [Program, .. arguments], EnvironmentOf(lab), lab.Folder);

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

using System.Globalization;
using System.Runtime.InteropServices;

namespace ZiGong.Cli.Local;

/// <summary>Processes of this machine that are known by a file with their number.</summary>
public static partial class LocalProcess
{
    public const int Kill = 9;
    public const int Terminate = 15;

    /// <summary>
    /// The number in a file, where that process is alive and has all these words on its command line, each as a whole argument: a stale file may
    /// name somebody else's process by now.
    /// </summary>
    public static int? Alive(string file, params string[] arguments) =>
        Numbered(file, line => arguments.All(line.Split('\0').Contains));

    /// <summary>The same, where the command line holds a text anywhere.</summary>
    public static int? AliveHolding(string file, string text) => Numbered(file, line => line.Contains(text, StringComparison.Ordinal));

    /// <summary>Sends a signal; a process that is gone is no fault.</summary>
    public static void Signal(int id, int signal) => _ = Send(id, signal);

    /// <summary>Whether a process of that number is running: one that has ended, and that nobody has asked after yet, has no command line.</summary>
    public static bool IsRunning(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/cmdline").Length > 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static int? Numbered(string file, Func<string, bool> isIt)
    {
        try
        {
            return int.TryParse(File.ReadAllText(file).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && isIt(File.ReadAllText($"/proc/{id}/cmdline"))
                ? id
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Send(int id, int signal);
}

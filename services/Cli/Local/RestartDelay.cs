using System.Globalization;

namespace ZiGong.Cli.Local;

/// <summary>How long to wait before a service that ended is started again: at first hardly, then slower and slower.</summary>
public static class RestartDelay
{
    public static readonly TimeSpan First = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Slowest = TimeSpan.FromSeconds(16);

    /// <summary>A service that lived longer than this had started well: the next wait is the first one again.</summary>
    private static readonly TimeSpan Well = TimeSpan.FromSeconds(30);

    /// <param name="restartSeconds">The longest wait as <c>ZIGONG_RESTART_SECONDS</c> has it; 16 s where it has none.</param>
    public static TimeSpan SlowestOf(string? restartSeconds) =>
        double.TryParse(restartSeconds, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 ? TimeSpan.FromSeconds(seconds) : Slowest;

    /// <summary>The wait after a life.</summary>
    /// <param name="before">The wait before that life; zero before the first.</param>
    public static TimeSpan After(TimeSpan lived, TimeSpan before, TimeSpan slowest)
    {
        var next = before <= TimeSpan.Zero || lived > Well ? First : 2 * before;
        return next < slowest ? next : slowest;
    }
}

namespace ZiGong.Cli.Runs;

/// <summary>Runs as the screen names them.</summary>
public static class RunFinder
{
    /// <summary>Enough of an id to tell runs apart: its time to the millisecond.</summary>
    public static string Short(Guid run) => run.ToString()[..13];
}

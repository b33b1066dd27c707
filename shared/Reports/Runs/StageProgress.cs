using ZiGong.Contracts;

namespace ZiGong.Reports.Runs;

/// <summary>How far a stage of a run is.</summary>
/// <param name="Done">Units done, those under way by their share.</param>
/// <param name="Total">Units in all; 0 while it is not known.</param>
/// <param name="Noun">What a unit is, in the plural.</param>
/// <param name="Reused">Units whose result was found by its key.</param>
/// <param name="Elapsed">From the first unit's start to the last one's end, or to now.</param>
/// <param name="Work">Seconds that workers spent on it.</param>
public sealed record StageProgress(Stage Stage, double Done, double Total, string Noun, int Reused, int Retried, TimeSpan Elapsed, double Work)
{
    public bool Finished => Total > 0 && Done >= Total - 1e-9;

    public bool Started => Done > 0 || Elapsed > TimeSpan.Zero;

    /// <summary>Units a second; null before there is anything to tell.</summary>
    public double? Rate => Done > 0 && Elapsed.TotalSeconds > 0.05 ? Done / Elapsed.TotalSeconds : null;

    /// <summary>Time until the stage is done at its rate so far; null where that cannot be told.</summary>
    public TimeSpan? Remaining => !Finished && Total > 0 && Rate is { } rate ? TimeSpan.FromSeconds(Math.Min((Total - Done) / rate, 1e8)) : null;
}

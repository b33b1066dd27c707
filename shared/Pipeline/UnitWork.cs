using ZiGong.Contracts;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline;

/// <summary>What a stage's work sees of its unit.</summary>
public sealed class UnitContext(RunRow run, UnitKey unit, bool recompute, PipelineDb db)
{
    private readonly List<string> _warnings = [];
    private double _done;
    private double _total;

    public RunRow Run { get; } = run;

    public UnitKey Unit { get; } = unit;

    public RunOptions Options { get; } = RunOptionsReader.Read(run.Options);

    /// <summary>A replay wants fresh work: do not look results up by key.</summary>
    public bool Recompute { get; } = recompute;

    /// <summary>For reading; results are written by <see cref="UnitResult.Save"/>.</summary>
    public PipelineDb Db { get; } = db;

    internal (double Done, double Total) Progress => (Volatile.Read(ref _done), Volatile.Read(ref _total));

    /// <summary>What somebody should know of the work though it went well.</summary>
    public IReadOnlyList<string> Warnings => _warnings;

    /// <summary>The stage runner logs it.</summary>
    public void Warn(string what) => _warnings.Add(what);

    public void Report(double done, double total)
    {
        Volatile.Write(ref _done, done);
        Volatile.Write(ref _total, total);
    }
}

/// <summary>What a unit's work came to.</summary>
/// <param name="Outcome">The event that ends the unit.</param>
/// <param name="Save">Writes the result's rows inside the transaction that ends the unit; a result of the same key that is already there stays (<see cref="FirstWins"/>).</param>
/// <param name="Artifacts">Hashes of the artifacts behind the result.</param>
/// <param name="Reused">Found by its key, not computed.</param>
/// <param name="Also">Further events.</param>
public sealed record UnitResult(
    IRunMessage Outcome,
    Func<PipelineDb, CancellationToken, Task>? Save = null,
    IReadOnlyList<string>? Artifacts = null,
    bool Reused = false,
    IReadOnlyList<IRunMessage>? Also = null);

/// <summary>What a unit builds upon no longer holds; the unit that made it has to be done again before the next attempt.</summary>
public class StaleResultException(UnitKey maker, string message) : Exception(message)
{
    public UnitKey Maker { get; } = maker;
}

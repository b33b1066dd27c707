using Microsoft.EntityFrameworkCore;
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

    /// <summary>For reading; rows are written by <see cref="UnitResult.Save"/>.</summary>
    public PipelineDb Db { get; } = db;

    internal (double Done, double Total) Progress => (Volatile.Read(ref _done), Volatile.Read(ref _total));

    /// <summary>What another unit of the run made.</summary>
    /// <exception cref="StaleResultException">It is finished and points to nothing, as older code left it: it has to be done again.</exception>
    /// <exception cref="InvalidOperationException">It is not finished: this one was ordered too early.</exception>
    public async Task<Stored<T>> ResultOfAsync<T>(Stage stage, string unit, CancellationToken ct) =>
        (await ResultsOfAsync<T>(stage, [unit], ct))[unit];

    /// <summary>What the last unit of a stage of slices made.</summary>
    public async Task<Stored<T>> LastResultOfAsync<T>(Stage stage, CancellationToken ct)
    {
        var name = stage.ToString();
        var last = await Db.WorkUnits.Where(u => u.RunId == Run.RunId && u.Stage == name && u.State == UnitState.Done).MaxAsync(u => u.Unit, ct);
        return await ResultOfAsync<T>(stage, last ?? Units.Slice(0), ct);
    }

    /// <summary>The same of several units of a stage, by their names.</summary>
    public async Task<IReadOnlyDictionary<string, Stored<T>>> ResultsOfAsync<T>(Stage stage, IReadOnlyCollection<string> units, CancellationToken ct)
    {
        var found = await Db.ResultsOfAsync<T>(Run.RunId, stage, units, ct);
        if (units.FirstOrDefault(u => !found.ContainsKey(u)) is not { } missing)
        {
            return found;
        }

        var name = stage.ToString();
        throw await Db.WorkUnits.AnyAsync(u => u.RunId == Run.RunId && u.Stage == name && u.Unit == missing && u.State == UnitState.Done, ct)
            ? new StaleResultException(new UnitKey(stage, missing), $"what unit {missing} of stage {stage} made is not noted")
            : new InvalidOperationException($"unit {missing} of stage {stage} has no result in run {Run.RunId} yet");
    }

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
/// <param name="Outcome">The event that ends the unit; null where nobody has to hear of it.</param>
/// <param name="Save">Writes what is to change with the end of the unit, inside the transaction that ends it.</param>
/// <param name="Result">What the unit points to from then on; stored unless it is there.</param>
/// <param name="Reused">Found by its key, not computed.</param>
/// <param name="Also">Further events.</param>
public sealed record UnitResult(
    IRunMessage? Outcome,
    Func<PipelineDb, CancellationToken, Task>? Save = null,
    UnitProduct? Result = null,
    bool Reused = false,
    IReadOnlyList<IRunMessage>? Also = null)
{
    /// <summary>All that is told of it.</summary>
    public IEnumerable<IRunMessage> Events => Outcome is null ? Also ?? [] : [Outcome, .. Also ?? []];
}

/// <summary>A result on its way into the table.</summary>
/// <param name="Save">Writes its rows; called only where the result is stored.</param>
public sealed record UnitProduct(ResultRow Row, Func<PipelineDb, CancellationToken, Task>? Save = null);

/// <summary>What a unit builds upon no longer holds; the unit that made it has to be done again before the next attempt.</summary>
public class StaleResultException(UnitKey maker, string message) : Exception(message)
{
    public UnitKey Maker { get; } = maker;
}

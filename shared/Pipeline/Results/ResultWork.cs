using System.Text.Json;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Results;

/// <summary>
/// The work of a unit whose result is kept under a key: the stage says what the key is, how the result is made and what is told of it; the stage
/// runner finds, verifies, makes and stores.
/// </summary>
public abstract class ResultWork
{
    internal abstract Task<UnitResult> DoAsync(UnitContext unit, StoredResults results, CancellationToken ct);
}

/// <param name="key">All that the result follows from, and nothing else, as a hash.</param>
/// <param name="version">Of the stage's code.</param>
/// <param name="make">Computes; it writes nothing but artifacts.</param>
/// <param name="tell">What to tell of the result, be it found or made.</param>
public sealed class ResultWork<T>(string key, int version, Func<CancellationToken, Task<Made<T>>> make, Func<Stored<T>, Told> tell) : ResultWork
{
    /// <summary>
    /// Whether a result that is there already is taken over. Not where making it is quicker than explaining, or where the world has moved on.
    /// </summary>
    public bool IsLookedUp { get; init; } = true;

    internal override async Task<UnitResult> DoAsync(UnitContext unit, StoredResults results, CancellationToken ct)
    {
        var stored = await results.FindAsync(unit.Db, key, afresh: unit.Recompute, ct);
        if (stored is not null && IsLookedUp && !unit.Recompute)
        {
            return Ended(stored, save: null, reused: true);
        }

        var made = await make(ct);
        var fresh = new ResultRow
        {
            Key = key,
            Stage = unit.Unit.Stage.ToString(),
            Kind = made.Kind,
            Content = made.Content,
            Rows = made.Rows,
            Parts = [.. made.Parts],
            Summary = JsonSerializer.Serialize(made.Summary),
            Version = version,
        };
        if (stored is null)
        {
            return Ended(fresh, made.Save, reused: false);
        }

        if (stored.Content.Length > 0 && stored.Content != fresh.Content)
        {
            unit.Warn($"computed afresh it is {fresh.Content}, but {stored.Content} is stored under the same key and stays: the first result wins");
        }

        return Ended(stored, save: null, reused: false);
    }

    private UnitResult Ended(ResultRow row, Func<PipelineDb, CancellationToken, Task>? save, bool reused)
    {
        var told = tell(Stored<T>.Of(row));
        return new UnitResult(told.Outcome, told.Save, new UnitProduct(row, save), reused, told.Also);
    }
}

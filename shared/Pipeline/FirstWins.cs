using ZiGong.Storage;

namespace ZiGong.Pipeline;

/// <summary>
/// The first result under a key stays, since others build upon it. What is computed once more, because a replay asked for it or two runs had the same
/// work at once, takes its place only where the stored one is lost or damaged.
/// </summary>
public static class FirstWins
{
    /// <summary>The result that counts after fresh work: the stored one where it is whole. That it has other bytes is worth a warning.</summary>
    /// <param name="stored">What lies under the key and is whole, or null.</param>
    /// <param name="hashOf">Hash of a result's bytes.</param>
    public static T Kept<T>(UnitContext unit, T? stored, T fresh, Func<T, string> hashOf)
        where T : class
    {
        if (stored is null)
        {
            return fresh;
        }

        if (hashOf(stored) != hashOf(fresh))
        {
            unit.Warn($"computed afresh it is {hashOf(fresh)}, but {hashOf(stored)} is stored under the same key and stays: the first result wins");
        }

        return stored;
    }

    /// <summary>Whether the file behind a stored result is whole; where fresh work was asked for, it is read anew whatever this process has seen before.</summary>
    public static Task<bool> IsWholeAsync(this ArtifactStore artifacts, UnitContext unit, string hash, CancellationToken ct) =>
        unit.Recompute ? artifacts.VerifyAsync(hash, ct) : artifacts.HasAsync(hash, ct);

    /// <summary>Whether a fresh result has to take the place of the stored one, which is lost or damaged then.</summary>
    /// <param name="isWhole">Whether the stored one is whole.</param>
    /// <exception cref="ResultTakenException">It is whole and another: another worker was first. The next attempt finds it.</exception>
    public static async Task<bool> ReplacesAsync(string fresh, string stored, Func<string, CancellationToken, Task<bool>> isWhole, CancellationToken ct)
    {
        if (fresh == stored)
        {
            return false;
        }

        return await isWhole(stored, ct) ? throw new ResultTakenException(stored, fresh) : true;
    }
}

/// <summary>While a unit computed, another worker stored a result with other bytes under the same key.</summary>
public sealed class ResultTakenException(string stored, string fresh)
    : Exception($"another worker was first: {stored} is stored under the key of {fresh}, and the first result wins; the next attempt takes it over");

using Microsoft.Extensions.Caching.Memory;
using ZiGong.Credit.Scorecards;

namespace ZiGong.Evaluation;

/// <summary>What a scorecard is fitted on and how: all arms of an experiment on one snapshot and seed have the same.</summary>
/// <param name="Snapshot">Holds the training side.</param>
/// <param name="Task">The task whose samples are its rows.</param>
/// <param name="Encoding">Hash of the encoding whose bins are its columns.</param>
/// <param name="Seed">Deals borrowers to folds.</param>
public sealed record ScorecardKey(string Snapshot, string Task, string Encoding, ulong Seed);

/// <summary>
/// The scorecards of the last few evaluations; those of one key at one time wait for one fit, unless more keys than are kept
/// are at work. A scorecard is a pure function of its key, so one that is recomputed would be the same.
/// </summary>
public sealed class FittedScorecards : IDisposable
{
    // Those of the experiments at work; a service that goes on for months must not keep those of every night.
    private readonly MemoryCache _fitted = new(new MemoryCacheOptions { SizeLimit = 16 });

    /// <param name="key">Says everything that <paramref name="fit"/> depends on.</param>
    /// <param name="fit">
    /// Called where no scorecard of this key is kept. What it throws, cancellation too, is thrown to its caller alone and not kept: the next who waits
    /// fits anew.
    /// </param>
    /// <param name="ct">Ends the waiting for another's fit.</param>
    public Scorecard Of(ScorecardKey key, Func<Scorecard> fit, CancellationToken ct = default)
    {
        var place = PlaceOf(key);
        place.Turn.Wait(ct);
        try
        {
            return place.Fitted ??= fit();
        }
        finally
        {
            place.Turn.Release();
        }
    }

    public void Dispose() => _fitted.Dispose();

    private Place PlaceOf(ScorecardKey key)
    {
        lock (_fitted)
        {
            return _fitted.TryGetValue(key, out Place? kept)
                ? kept!
                : _fitted.Set(key, new Place(), new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = TimeSpan.FromHours(1) });
        }
    }

    /// <summary>One at a time fits, the others wait for what it makes.</summary>
    private sealed class Place
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public Scorecard? Fitted { get; set; }
    }
}

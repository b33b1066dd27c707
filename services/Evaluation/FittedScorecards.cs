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
/// The scorecards of the last few evaluations; those of one key at one time wait for one fit, unless more keys than are kept are at work. A scorecard is a pure function
/// of its key, so one that is recomputed would be the same.
/// </summary>
public sealed class FittedScorecards : IDisposable
{
    // Those of the experiments at work; a service that goes on for months must not keep those of every night.
    private readonly MemoryCache _fitted = new(new MemoryCacheOptions { SizeLimit = 16 });

    /// <param name="key">Says everything that <paramref name="fit"/> depends on.</param>
    /// <param name="fit">Called where no scorecard of this key is kept. What it throws is thrown to all who wait, and not kept.</param>
    public Scorecard Of(ScorecardKey key, Func<Scorecard> fit)
    {
        var scorecard = KeptOr(key, new Lazy<Scorecard>(fit));
        try
        {
            return scorecard.Value;
        }
        catch
        {
            _fitted.Remove(key);
            throw;
        }
    }

    public void Dispose() => _fitted.Dispose();

    private Lazy<Scorecard> KeptOr(ScorecardKey key, Lazy<Scorecard> fresh)
    {
        lock (_fitted)
        {
            return _fitted.TryGetValue(key, out Lazy<Scorecard>? kept)
                ? kept!
                : _fitted.Set(key, fresh, new MemoryCacheEntryOptions { Size = 1, SlidingExpiration = TimeSpan.FromHours(1) });
        }
    }
}

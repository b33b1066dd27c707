using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Storage.Entities;

namespace ZiGong.Storage;

/// <summary>Looking runs up; the same for the command line and the API.</summary>
public static class RunQueries
{
    private const int Digits = 32;

    /// <summary>Runs, newest first: ids of version 7 begin with their time.</summary>
    /// <param name="arms">Arms of experiments too, which are seldom meant.</param>
    public static IQueryable<RunRow> NewestFirst(this PipelineDb db, bool arms) =>
        (arms ? db.Runs : db.Runs.Where(r => r.Kind != RunKind.Experiment)).OrderByDescending(r => r.RunId);

    /// <summary>The run that somebody means: a whole id, a unique beginning of one, or <c>latest</c>, the newest that is no arm of an experiment.</summary>
    /// <exception cref="InputException">None or several match.</exception>
    public static async Task<RunRow> FindRunAsync(this PipelineDb db, string text, CancellationToken ct)
    {
        var candidates = RunNames.IsLatest(text) ? db.NewestFirst(arms: false).Take(1)
            : RangeOf(text) is (var from, var to) ? db.NewestFirst(arms: true).Where(r => r.RunId >= from && r.RunId <= to)
            : db.NewestFirst(arms: true).Take(1);
        var runs = await candidates.Select(r => r.RunId).ToListAsync(ct);
        if (runs.Count == 0 && !RunNames.IsLatest(text))
        {
            // Any run will do: it tells "no such run" from "no runs yet".
            runs = await db.NewestFirst(arms: true).Take(1).Select(r => r.RunId).ToListAsync(ct);
        }

        var run = RunNames.Resolve(runs, text);
        return await db.Runs.SingleAsync(r => r.RunId == run, ct);
    }

    /// <summary>The ids that begin with some digits; null where these are none.</summary>
    private static (Guid From, Guid To)? RangeOf(string text) =>
        RunNames.DigitsOf(text) is { Length: > 0 and <= Digits } digits && digits.All(char.IsAsciiHexDigit)
            ? (Guid.ParseExact(digits.PadRight(Digits, '0'), "N"), Guid.ParseExact(digits.PadRight(Digits, 'f'), "N"))
            : null;
}

/// <summary>Runs as people name them.</summary>
public static class RunNames
{
    public static bool IsLatest(string text) => text.Equals("latest", StringComparison.OrdinalIgnoreCase);

    public static string DigitsOf(string text) => text.Replace("-", "", StringComparison.Ordinal);

    /// <param name="runs">Newest first.</param>
    /// <exception cref="InputException">None or several match.</exception>
    public static Guid Resolve(IReadOnlyList<Guid> runs, string text)
    {
        if (runs.Count == 0)
        {
            throw new InputException("there are no runs yet; start one with: zigong run --dataset DESCRIPTOR FILE");
        }

        if (IsLatest(text))
        {
            return runs[0];
        }

        var digits = DigitsOf(text);
        var matches = runs.Where(r => digits.Length > 0 && r.ToString("N").StartsWith(digits, StringComparison.OrdinalIgnoreCase)).ToList();
        return matches.Count switch
        {
            1 => matches[0],
            0 => throw new InputException($"there is no run '{text}'; `zigong runs` lists them"),
            _ => throw new InputException($"'{text}' is the beginning of {matches.Count} runs: {string.Join(", ", matches.Take(5))}; give more of the id"),
        };
    }
}

using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Runs;

/// <summary>Finds the run that somebody means: a whole id, a unique beginning of one, or <c>latest</c>.</summary>
public static class RunFinder
{
    /// <param name="runs">Newest first.</param>
    /// <exception cref="InputException">None or several match.</exception>
    public static Guid Resolve(IReadOnlyList<Guid> runs, string text)
    {
        if (runs.Count == 0)
        {
            throw new InputException("there are no runs yet; start one with: zigong run --dataset DESCRIPTOR FILE");
        }

        if (text.Equals("latest", StringComparison.OrdinalIgnoreCase))
        {
            return runs[0];
        }

        var digits = text.Replace("-", "", StringComparison.Ordinal);
        var matches = runs.Where(r => digits.Length > 0 && r.ToString("N").StartsWith(digits, StringComparison.OrdinalIgnoreCase)).ToList();
        return matches.Count switch
        {
            1 => matches[0],
            0 => throw new InputException($"there is no run '{text}'; `zigong runs` lists them"),
            _ => throw new InputException($"'{text}' is the beginning of {matches.Count} runs: {string.Join(", ", matches.Take(5))}; give more of the id"),
        };
    }

    /// <summary>Enough of an id to tell runs apart: its time to the millisecond.</summary>
    public static string Short(Guid run) => run.ToString()[..13];

    public static async Task<RunRow> FindAsync(PipelineDb db, string text, CancellationToken ct)
    {
        // The newest that somebody asked for: arms of experiments are meant only by their ids.
        var isLatest = text.Equals("latest", StringComparison.OrdinalIgnoreCase);
        var runs = await db.Runs.Where(r => !isLatest || r.Kind != RunKind.Experiment)
            .OrderByDescending(r => r.RequestedAt).ThenByDescending(r => r.RunId).Select(r => r.RunId).ToListAsync(ct);
        var run = Resolve(runs, text);
        return await db.Runs.SingleAsync(r => r.RunId == run, ct);
    }
}

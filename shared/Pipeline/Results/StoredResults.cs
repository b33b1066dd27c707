using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Results;

/// <summary>The table of results: what lies under a key, whether it is whole, and who was first.</summary>
public sealed class StoredResults(ArtifactStore artifacts)
{
    /// <returns>What is stored under a key, if it is whole.</returns>
    /// <param name="afresh">Its artifacts are read anew, whatever this process has seen of them before.</param>
    public async Task<ResultRow?> FindAsync(PipelineDb db, string key, bool afresh, CancellationToken ct) =>
        await db.Results.SingleOrDefaultAsync(r => r.Key == key, ct) is { } row && await IsWholeAsync(db, row, afresh, ct) ? row : null;

    /// <summary>Whether all that a result consists of is there and undamaged.</summary>
    public async Task<bool> IsWholeAsync(PipelineDb db, ResultRow row, bool afresh, CancellationToken ct)
    {
        foreach (var part in row.Parts)
        {
            if (!await IsThereAsync(part, afresh, ct))
            {
                return false;
            }
        }

        return row.Kind switch
        {
            ResultKind.Rows => row.Rows is null || await CountAsync(db, row, ct) == row.Rows,
            ResultKind.Folder => await artifacts.HasFolderAsync(row.Content, ct),
            _ => await IsFileAsync(row.Content, afresh, ct),
        };
    }

    /// <summary>
    /// Stores a result inside the transaction that ends its unit. One that another worker stored meanwhile stays; what is lost or damaged gives way.
    /// </summary>
    /// <exception cref="ResultTakenException">Another worker was first, with other bytes. The next attempt finds it.</exception>
    public async Task AddAsync(PipelineDb db, UnitProduct product, CancellationToken ct)
    {
        var row = product.Row;
        var added = await db.Database.ExecuteSqlAsync(
            $"""
            insert into zigong.results (key, stage, kind, content, rows, parts, summary, version)
            values ({row.Key}, {row.Stage}, {row.Kind.Stored()}, {row.Content}, {row.Rows}, {row.Parts}, {row.Summary}::jsonb, {row.Version})
            on conflict (key) do nothing
            """,
            ct);
        if (added == 0)
        {
            // Locked, so that of two workers who replace a damaged one the second sees the first.
            var there = await db.Results.FromSql($"select * from zigong.results where key = {row.Key} for update").SingleAsync(ct);
            if (await IsWholeAsync(db, there, afresh: true, ct))
            {
                if (there.Content != row.Content && there.Content.Length > 0)
                {
                    throw new ResultTakenException(there.Content, row.Content);
                }

                return;
            }

            await db.Database.ExecuteSqlAsync(
                $"""
                update zigong.results set kind = {row.Kind.Stored()}, content = {row.Content}, rows = {row.Rows}, parts = {row.Parts},
                    summary = {row.Summary}::jsonb, version = {row.Version}, made_at = now()
                where key = {row.Key}
                """,
                ct);
        }

        if (product.Save is not null)
        {
            await product.Save(db, ct);
        }
    }

    private Task<bool> IsThereAsync(string part, bool afresh, CancellationToken ct) =>
        Directory.Exists(artifacts.FolderPath(part)) ? artifacts.HasFolderAsync(part, ct) : IsFileAsync(part, afresh, ct);

    private Task<bool> IsFileAsync(string hash, bool afresh, CancellationToken ct) => afresh ? artifacts.VerifyAsync(hash, ct) : artifacts.HasAsync(hash, ct);

    private static Task<int> CountAsync(PipelineDb db, ResultRow row, CancellationToken ct)
    {
        switch (Enum.Parse<Stage>(row.Stage))
        {
            case Stage.Partials:
                var key = Guid.ParseExact(row.Key, "N");
                return db.PartialScores.CountAsync(p => p.ScoreKey == key, ct);
            case Stage.Scores:
                return db.Scores.CountAsync(s => s.ScoreKey == row.Key, ct);
            case Stage.Evaluation:
                return db.Evaluations.CountAsync(e => e.EvaluationKey == row.Key, ct);
            default:
                throw new InvalidOperationException($"stage {row.Stage} keeps no rows of its own");
        }
    }
}

/// <summary>While a unit computed, another worker stored a result with other bytes under the same key.</summary>
public sealed class ResultTakenException(string stored, string fresh)
    : Exception($"another worker was first: {stored} is stored under the key of {fresh}, and the first result wins; the next attempt takes it over");

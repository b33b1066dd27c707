using ZiGong.Contracts;
using ZiGong.Storage.Entities;

namespace ZiGong.Storage;

/// <summary>Looking runs up; the same for the command line and the API.</summary>
public static class RunQueries
{
    /// <summary>Runs, newest first: ids of version 7 begin with their time.</summary>
    /// <param name="arms">Arms of experiments too, which are seldom meant.</param>
    public static IQueryable<RunRow> NewestFirst(this PipelineDb db, bool arms) =>
        (arms ? db.Runs : db.Runs.Where(r => r.Kind != RunKind.Experiment)).OrderByDescending(r => r.RunId);
}

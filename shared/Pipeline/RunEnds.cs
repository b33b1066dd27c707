using Microsoft.EntityFrameworkCore;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline;

/// <summary>The end of a run whose last unit is done, inside the transaction that ends the unit.</summary>
public static class RunEnds
{
    public static Task CompleteAsync(PipelineDb db, Guid run, CancellationToken ct) => db.Runs.Where(r => r.RunId == run)
        .ExecuteUpdateAsync(set => set.SetProperty(r => r.Status, RunStatus.Completed).SetProperty(r => r.FinishedAt, r => PipelineDb.Now()), ct);
}

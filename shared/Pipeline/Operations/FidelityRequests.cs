using MassTransit;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Credit.Encodings;
using ZiGong.Hosting;
using ZiGong.Influence.Fidelity;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Operations;

/// <summary>Starts fidelity runs, and goes on with those that were cut off.</summary>
public sealed class FidelityRequests(
    NpgsqlDataSource source, ArtifactStore artifacts, IBus bus, RunRequests requests, PipelineOptions pipeline, TimeProvider time)
{
    /// <summary>
    /// Finds the unfinished run of this plan under these options, or adds one. A failed one gets fresh attempts. A finished one stays as it is: a new
    /// run finds the outcomes of its pieces by their keys.
    /// </summary>
    /// <param name="descriptor">The data set's descriptor as YAML.</param>
    /// <exception cref="InputException">An option is out of range.</exception>
    public async Task<Guid> RequireAsync(FidelityPlan plan, SampleEncoding encoding, string descriptor, RunOptions options, CancellationToken ct)
    {
        RunOptionsReader.Check(options);
        await artifacts.PutAsync(encoding.ToJson(), ct);
        var work = new RunPlan(await artifacts.PutAsync(plan.ToJson(), ct), FidelityPieces.GroupsOf(plan));
        await using var db = PipelineDatabase.NewContext(source);
        await using var transaction = await db.Database.BeginTransactionAsync(ct);

        // Two commands that ask the same follow the same run.
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({AdvisoryLocks.Experiments})", ct);
        var found = await UnfinishedAsync(db, work, options, ct);
        var run = found?.RunId ?? await AddAsync(db, work, plan.Dataset, descriptor, options, ct);
        await transaction.CommitAsync(ct);
        if (found is null)
        {
            await RunRequests.SendNextAsync(db, bus, run, ct);
        }
        else if (found.Status == RunStatus.Failed)
        {
            await requests.ResumeAsync(run, ct);
        }

        return run;
    }

    private static async Task<RunRow?> UnfinishedAsync(PipelineDb db, RunPlan plan, RunOptions options, CancellationToken ct)
    {
        var open = await db.Runs
            .FromSql($"select * from zigong.runs where kind = 'fidelity' and status in ('Running', 'Failed') and plan ->> 'Artifact' = {plan.Artifact}")
            .OrderByDescending(r => r.RunId)
            .ToListAsync(ct);
        return open.Find(r => CodeVersions.AreOf(r.CodeVersion) && RunOptionsReader.Read(r.Options) == options);
    }

    private async Task<Guid> AddAsync(PipelineDb db, RunPlan plan, string dataset, string descriptor, RunOptions options, CancellationToken ct)
    {
        var run = new RunRow
        {
            RunId = Guid.CreateVersion7(time.GetUtcNow()),
            Kind = RunKind.Fidelity,
            Dataset = dataset,
            Descriptor = descriptor,
            Options = RunOptionsReader.Write(options),
            Plan = plan.ToJson(),
            Status = RunStatus.Running,
            CodeVersion = CodeVersions.Made,
            RequestedAt = time.GetUtcNow(),
            OrderedAt = time.GetUtcNow(),
            OverBroker = pipeline.OverBroker,
        };
        db.Runs.Add(run);
        await db.SaveChangesAsync(ct);
        return run.RunId;
    }
}

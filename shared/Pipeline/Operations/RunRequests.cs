using MassTransit;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Templates;
using ZiGong.Hosting;
using ZiGong.Hosting.Telemetry;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Pipeline.Operations;

/// <summary>What tells a repeated request from a new one.</summary>
/// <param name="Value">Chosen by whoever asks.</param>
/// <param name="BodyHash">Hash of what is asked for.</param>
public sealed record RequestKey(string Value, string BodyHash);

/// <summary>A request's key stood for another request before.</summary>
/// <param name="what">What that other request became.</param>
public sealed class KeyReusedException(string key, string what)
    : Exception($"the Idempotency-Key '{key}' was used for another request, which is {what}: a new request needs a new key");

/// <summary>Starts runs and sets stopped ones going again.</summary>
public sealed class RunRequests(NpgsqlDataSource source, IBus bus, PipelineOptions pipeline, TimeProvider time)
{
    /// <summary>Records a run with frozen options and orders its first piece of work.</summary>
    /// <param name="descriptor">The data set's descriptor as YAML; it is frozen with the run.</param>
    /// <exception cref="InputException">An option is out of range, or the descriptor cannot be used.</exception>
    public Task<Guid> RequestAsync(string descriptor, RunOptions options, RunKind kind, CancellationToken ct) =>
        RequestAsync(descriptor, options, kind, actor: null, key: null, ct);

    /// <summary>The same for somebody whose name goes into the audit, in the transaction that makes the run.</summary>
    /// <param name="key">The same key from the same actor is the same run, however often it is asked for.</param>
    /// <exception cref="KeyReusedException">The key stood for something else before.</exception>
    public async Task<Guid> RequestAsync(string descriptor, RunOptions options, RunKind kind, string? actor, RequestKey? key, CancellationToken ct)
    {
        if (key is not null && await KnownAsync(actor, key, ct) is { } known)
        {
            return known;
        }

        RunOptionsReader.Check(options);
        var dataset = DescriptorFile.Parse(descriptor, "the run's descriptor");
        options = Frozen(options, dataset);
        var run = new RunRow
        {
            RunId = Guid.CreateVersion7(time.GetUtcNow()),
            Kind = kind,
            Dataset = dataset.Name,
            Descriptor = descriptor,
            Options = RunOptionsReader.Write(options),
            Status = RunStatus.Running,
            CodeVersion = CodeVersions.Made,
            RequestedAt = time.GetUtcNow(),
            OrderedAt = time.GetUtcNow(),
            OverBroker = pipeline.OverBroker,
        };
        using var span = RunTrace.Start("request", run.RunId);
        await using var db = PipelineDatabase.NewContext(source);
        db.Runs.Add(run);
        if (actor is not null)
        {
            db.Audit.Add(new AuditRow { Actor = actor, Action = "run", Target = run.RunId.ToString(), Details = run.Options, OccurredAt = time.GetUtcNow() });
        }

        if (key is not null)
        {
            db.RunRequests.Add(
                new RunRequestRow
                {
                    Actor = actor ?? "", IdempotencyKey = key.Value, BodyHash = key.BodyHash, RunId = run.RunId, RequestedAt = run.RequestedAt,
                });
        }

        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException e) when (key is not null && e.InnerException is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation })
        {
            // The same request at the same time was first.
            return await KnownAsync(actor, key, ct) ?? throw new InvalidOperationException($"the run of request {key.Value} is gone", e);
        }

        await RunMessages.TrySendAsync(token => bus.PublishAsync(new RunRequested(run.RunId, run.Generation), token), ct);
        return run.RunId;
    }

    private async Task<Guid?> KnownAsync(string? actor, RequestKey key, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        var row = await db.RunRequests.SingleOrDefaultAsync(r => r.Actor == (actor ?? "") && r.IdempotencyKey == key.Value, ct);
        return row is null || row.BodyHash == key.BodyHash ? row?.RunId : throw new KeyReusedException(key.Value, $"run {row.RunId}");
    }

    /// <summary>Goes on with a run that failed or was cut off: failed units get fresh attempts, finished ones stay.</summary>
    /// <exception cref="InputException">There is no such run, or it was cancelled.</exception>
    public async Task ResumeAsync(Guid runId, CancellationToken ct)
    {
        await using var db = PipelineDatabase.NewContext(source);
        var run = await db.Runs.SingleOrDefaultAsync(r => r.RunId == runId, ct)
            ?? throw new InputException($"there is no run {runId}; `zigong runs` lists them");
        if (run.Status == RunStatus.Cancelled)
        {
            throw new InputException($"run {runId} was cancelled; zigong replay {runId} --from STAGE --units missing goes on with it");
        }

        using var span = RunTrace.Start("resume", runId);
        await ReviveAsync(db, runId, pipeline.OverBroker, ct);
        await SendNextAsync(db, bus, runId, ct);
    }

    /// <summary>After a commit: what the run needs next.</summary>
    internal static async Task SendNextAsync(PipelineDb db, IBus bus, Guid runId, CancellationToken ct)
    {
        var messages = NextMessages.Of(await RunState.ReadAsync(db, runId, ct));
        await RunMessages.TrySendAsync(
            async token =>
            {
                foreach (var message in messages)
                {
                    await bus.PublishAsync(message, token);
                }
            },
            ct);
    }

    /// <summary>Fresh attempts for failed and waiting units; a failed run is running again.</summary>
    internal static async Task ReviveAsync(PipelineDb db, Guid runId, bool overBroker, CancellationToken ct)
    {
        await db.WorkUnits.Where(u => u.RunId == runId && (u.State == UnitState.Failed || u.State == UnitState.Pending))
            .ExecuteUpdateAsync(
                set => set
                    .SetProperty(u => u.State, UnitState.Pending)
                    .SetProperty(u => u.Attempts, 0)
                    .SetProperty(u => u.NextAttemptAt, (DateTimeOffset?)null),
                ct);
        await db.Runs.Where(r => r.RunId == runId).ExecuteUpdateAsync(
            set => set.SetProperty(r => r.OrderedAt, r => PipelineDb.Now()).SetProperty(r => r.OverBroker, r => r.OverBroker || overBroker), ct);
        await db.Runs.Where(r => r.RunId == runId && r.Status == RunStatus.Failed)
            .ExecuteUpdateAsync(
                // A new generation: what fails or ends again is an event of its own, not the old one once more.
                set => set
                    .SetProperty(r => r.Status, RunStatus.Running)
                    .SetProperty(r => r.Generation, r => r.Generation + 1)
                    .SetProperty(r => r.Failure, (string?)null),
                ct);
    }

    /// <summary>Options as they are frozen with the run: with the bases' full names, and nano reading words where the data set holds texts.</summary>
    /// <exception cref="InputException">A base does not exist, or the options ask for what the data set or the base cannot do.</exception>
    internal static RunOptions Frozen(RunOptions options, DatasetDescriptor dataset)
    {
        var templating = dataset.NeedsWords ? options.Templating with { Nano = NanoReading.Words } : options.Templating;
        var frozen = options with
        {
            Agent = options.Agent with { Base = FoundBase(options.Agent.Base, "Agent:Base") },
            Templating = templating,
            Tuning = options.Tuning with { Base = FoundBase(options.Tuning.Base, "Tuning:Base") },
        };
        if (templating.Shots > 0 && !Bases.ReadsWords(frozen.Tuning.Base, templating))
        {
            throw new InputException(
                "Templating:Shots needs a base that reads words, and nano reads one token a field: set Templating:Nano=Words, or Templating:Shots=0");
        }

        if (templating.Resample == Resampling.Minority && dataset.Tasks.All(t => t.Answer.IsFree))
        {
            throw new InputException(
                $"Templating:Resample=Minority balances allowed answers, but those of {dataset.Name} are free texts: set Templating:Resample=None");
        }

        // Found here and not after an hour of training.
        if (templating.Shots > 0 && !PromptTemplate.Of(dataset, templating.Form).TakesExamples)
        {
            throw new InputException(
                $"Templating:Shots is above 0, but the prompt.frame of {dataset.Name} has no {{{{#each examples}}}} … {{{{/each}}}}: "
                + $"add it, or set Templating:Shots=0");
        }

        return frozen;
    }

    /// <summary>The frozen name of a base: absolute, since the run may be worked on from another folder.</summary>
    private static string FoundBase(string name, string option) => name == "nano" || Directory.Exists(name)
        ? name == "nano" ? name : Path.GetFullPath(name)
        : throw new InputException($"option {option} is '{name}', but must be nano or an existing Hugging Face folder");
}

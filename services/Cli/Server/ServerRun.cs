using System.CommandLine;
using ZiGong.Cli.Ingesting;
using ZiGong.Cli.Runs;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Pipeline.Api;
using ZiGong.Reports.Runs;
using ZiGong.Reports.Words;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Server;

/// <summary><c>run</c> over a server: uploads the table, waits for its ingestion, starts the run and follows it.</summary>
internal static class ServerRun
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(500);

    public static async Task RunAsync(ParseResult parsed, Screen screen, ApiClient api, CancellationToken ct)
    {
        var (resume, dataset) = (parsed.GetValue<string?>("--resume"), parsed.GetValue<string?>("--dataset"));
        if ((resume is null) == (dataset is null))
        {
            throw new UsageException("give either --dataset DESCRIPTOR or --resume RUN\nTry: zigong run --help");
        }

        if (resume is not null)
        {
            var stopped = await ServerCommands.FindAsync(resume, api, ct);
            await api.RetryAsync(stopped, ct);
            await FollowAsync(stopped, screen, api, ct);
            return;
        }

        // Refused here already: nothing is uploaded for a run that cannot start.
        var assignments = (parsed.GetValue<string[]>("--set") ?? []).Concat(parsed.GetValue<long?>("--seed") is { } seed ? [$"Seed={seed}"] : []).ToList();
        _ = RunCommand.OptionsOf(assignments, seed: null);
        var descriptor = DescriptorFile.Load(dataset!);
        var name = await StoreDescriptorAsync(dataset!, api, ct);
        Guid? upload = parsed.GetValue<string?>("FILE") is { } file ? await UploadAsync(descriptor, name, file, screen, api, ct) : null;
        var run = (await api.StartAsync(new RunOrder(name, assignments, upload), ct)).RunId;
        await FollowAsync(run, screen, api, ct);
    }

    /// <summary>Stays with a run to its end and prints what it came to.</summary>
    /// <exception cref="RunFailedException">It failed.</exception>
    public static async Task FollowAsync(Guid run, Screen screen, ApiClient api, CancellationToken ct)
    {
        screen.Note($"run {run} (the server does the work)");
        var status = new StatusLine(screen, TimeProvider.System);
        RunDetails details;
        try
        {
            while ((details = await api.RunAsync(run, ct)).Run.Status == RunStatus.Running)
            {
                status.Show(ServerViews.ProgressOf(details));
                await Task.Delay(Pause, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            status.Clear();
            var id = RunFinder.Short(run);
            screen.Note(
                $"run {run} goes on without this command; look at it with: zigong show {id} --server, follow it with: zigong events {id} --follow --server");
            throw;
        }

        status.Clear();
        if (FailureOf(details) is { } failure)
        {
            throw failure;
        }

        ServerViews.Print(details, screen);
    }

    /// <summary>Null where it did not fail.</summary>
    public static RunFailedException? FailureOf(RunDetails details) => details.Failure is { } failure
        ? new RunFailedException(
            $"run {details.Run.RunId} failed in stage {failure.Stage}, unit {failure.Unit}: {failure.Reason}\n        {failure.WhatToDo}",
            failure.Input,
            "the server's log has the details")
        : null;

    /// <summary>What stands for a data set at the server: a shipped name, or the hash under which it keeps the descriptor from now on.</summary>
    public static async Task<string> StoreDescriptorAsync(string dataset, ApiClient api, CancellationToken ct) =>
        DescriptorFile.Catalog.Contains(dataset, StringComparer.Ordinal)
            ? dataset
            : (await api.StoreDescriptorAsync(DescriptorFile.Text(dataset), ct)).Descriptor;

    /// <summary>Uploads a table and waits until its rows are taken in.</summary>
    public static async Task<Guid> UploadAsync(DatasetDescriptor descriptor, string name, string file, Screen screen, ApiClient api, CancellationToken ct)
    {
        if (!File.Exists(file))
        {
            throw new InputException(Directory.Exists(file) ? $"{file} is a folder, not a file" : $"{file}: there is no such file");
        }

        var status = new StatusLine(screen, TimeProvider.System);
        ApiUpload upload;
        await using (var table = File.OpenRead(file))
        {
            var sending = api.UploadAsync(name, Path.GetFileName(file), table, ct);
            var length = table.Length;
            while (await Task.WhenAny(sending, Task.Delay(Pause, ct)) != sending)
            {
                ct.ThrowIfCancellationRequested();
                status.Show($"uploading {Path.GetFileName(file)}: {Format.Share(table.Position / (double)Math.Max(length, 1))} of {Format.Bytes(length)}");
            }

            upload = await sending;
        }

        while (upload.State == UploadState.Stored)
        {
            status.Show($"ingesting {upload.FileName}: {Format.Count(upload.Read)} samples");
            await Task.Delay(Pause, ct);
            upload = await api.UploadAsync(upload.UploadId, ct);
        }

        status.Clear();
        if (upload.State == UploadState.Failed)
        {
            throw new InputException($"the server could not ingest {upload.FileName}: {upload.Error}");
        }

        if (!screen.Json)
        {
            IngestCommand.Print(
                descriptor,
                new IngestSummary(upload.Read, upload.Added, upload.Unchanged, upload.Superseded, upload.Rejected, upload.Filtered) { Moved = upload.Moved },
                screen);
        }

        return upload.UploadId;
    }
}

using System.CommandLine;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Ingesting;

/// <summary><c>ingest</c>: takes a file into the database.</summary>
internal static class IngestCommand
{
    public static Command Create(CommandBuilder builder)
    {
        var descriptor = new Argument<string>("DESCRIPTOR") { Description = "A shipped name (see `dataset list`) or the path of a YAML file." };
        var file = new Argument<string>("FILE")
        {
            Description = "The table. The same file twice adds nothing; corrected rows supersede; `withdraw` takes it back.",
        };
        return builder.Command(
            "ingest",
            "Take a table into the database; bad rows become rejections.",
            [descriptor, file],
            async (parsed, screen, ct) =>
            {
                await using var reader = await Reader.OpenAsync(CliSettings.Read(), ct);
                var loaded = DescriptorFile.Load(parsed.GetRequiredValue(descriptor));
                var summary = await RunAsync(builder.Local, loaded, parsed.GetRequiredValue(file), reader, screen, ct);
                Print(loaded, summary, screen);
                return ExitCodes.Done;
            },
            "zigong ingest german german.data",
            "zigong ingest my-portfolio.yaml exports/2026-10.csv");
    }

    /// <summary>Ingests with progress on the screen.</summary>
    public static async Task<IngestSummary> RunAsync(
        LocalServices local, DatasetDescriptor descriptor, string file, Reader reader, Screen screen, CancellationToken ct)
    {
        var status = new StatusLine(screen, TimeProvider.System);
        var started = TimeProvider.System.GetTimestamp();
        var progress = new SynchronousProgress<IngestProgress>(p =>
        {
            if (p.Waiting)
            {
                screen.Note($"waiting for another ingest of {descriptor.Name}");
                return;
            }

            var seconds = TimeProvider.System.GetElapsedTime(started).TotalSeconds;
            status.Show($"ingesting {Path.GetFileName(file)}: {Format.Count(p.Read)} samples, {Format.Rate(p.Read / Math.Max(seconds, 1e-3))}");
        });
        try
        {
            return await local.IngestAsync(CliSettings.Read(), reader.Source, descriptor, file, progress, ct);
        }
        finally
        {
            status.Clear();
        }
    }

    public static void Print(DatasetDescriptor descriptor, IngestSummary summary, Screen screen)
    {
        if (screen.Json)
        {
            screen.Data(new
            {
                Dataset = descriptor.Name, summary.Read, summary.Added, summary.Unchanged, summary.Superseded, summary.Moved, summary.Rejected,
                summary.Filtered, summary.FileId,
            });
            return;
        }

        screen.Line(
            $"{descriptor.Name}: {Format.Count(summary.Read)} read, {Format.Count(summary.Added)} added, {Format.Count(summary.Unchanged)} unchanged, "
            + $"{Format.Count(summary.Superseded)} superseded, {Format.Count(summary.Rejected)} rejected, "
            + $"{Format.Count(summary.Filtered)} left out by filters");
        if (summary.Moved > 0)
        {
            screen.Note(
                $"{Format.Count(summary.Moved)} of the superseded rows had another date. If they were observations of their own, take the file back "
                + "(`zigong withdraw`) and say so in the descriptor: observed_at with part_of_key: true.");
        }

        if (summary.Rejected > 0)
        {
            screen.Note("Rejected rows keep their line, field and reason in the table rejections; `zigong dataset check` shows them.");
        }
    }

    /// <summary>Reports where it is called; <see cref="Progress{T}"/> would report later and out of order.</summary>
    private sealed class SynchronousProgress<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value) => report(value);
    }
}

using System.CommandLine;
using System.Security.Cryptography;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Operations;
using ZiGong.Cli.Terminal;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Reports.Words;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Ingesting;

/// <summary><c>withdraw</c>: takes a file's samples out of everything that follows.</summary>
internal static class WithdrawCommand
{
    public static Command Create(CommandBuilder builder)
    {
        var file = new Argument<string?>("FILE") { Description = "The table as it was taken in: it is found by its content.", Arity = ArgumentArity.ZeroOrOne };
        var upload = new Option<Guid?>("--upload") { Description = "Or the upload that it came by.", HelpName = "ID" };
        var number = new Option<long?>("--id") { Description = "Or the number of the file, as `ingest --json` and messages give it.", HelpName = "N" };
        var dataset = new Option<string?>("--dataset") { Description = "Which data set's, where the file was taken into several.", HelpName = "NAME" };
        var dry = new Option<bool>("--dry-run") { Description = "Only say what would be withdrawn." };
        return builder.Command(
            "withdraw",
            "Take a file's samples out of everything that follows; what they had corrected counts again.",
            [file, upload, number, dataset, dry],
            async (parsed, screen, ct) =>
            {
                var (path, id) = (parsed.GetValue(file), parsed.GetValue(number));
                if ((path is null ? 0 : 1) + (parsed.GetValue(upload) is null ? 0 : 1) + (id is null ? 0 : 1) != 1)
                {
                    throw new UsageException("give either FILE or --upload ID or --id N\nTry: zigong withdraw --help");
                }

                var settings = CliSettings.Read();
                await using var reader = await Reader.OpenAsync(settings, ct);
                var withdrawals = new Withdrawals(reader.Source, TimeProvider.System);
                var withdrawn = id ?? (parsed.GetValue(upload) is { } uploaded
                    ? await withdrawals.OfUploadAsync(uploaded, ct)
                    : await FindAsync(builder.Local, withdrawals, path!, parsed.GetValue(dataset), settings, reader, ct));
                Print(
                    await withdrawals.RunAsync(
                        withdrawn, parsed.GetValue(dry), OperatorSession.Actor, () => screen.Note("waiting for an ingest of the data set"), ct),
                    screen);
                return ExitCodes.Done;
            },
            "zigong withdraw exports/2026-10.csv --dry-run",
            "zigong withdraw --upload 0199d0a2-77a1-7d11-b1f0-5b1b0f3f9d10");
    }

    /// <summary>The upload that a command for a server means.</summary>
    /// <exception cref="UsageException">It names a file: the server knows it by the key, which stays there.</exception>
    public static Guid UploadOf(ParseResult parsed) =>
        parsed.GetValue<Guid?>("--upload") ?? throw new UsageException("with a server give --upload ID\nTry: zigong withdraw --help");

    public static void Print(WithdrawSummary summary, Screen screen)
    {
        if (screen.Json)
        {
            screen.Data(summary);
            return;
        }

        screen.Line(
            $"{summary.Dataset}: {summary.FileName} (file {summary.FileId}) gave {Format.Count(summary.Samples)} samples. "
            + $"{(summary.DryRun ? "Would be withdrawn" : "Withdrawn")}: {Format.Count(summary.Withdrawn)}; "
            + $"{Format.Count(summary.Kept)} stay, since another file has them; "
            + $"{Format.Count(summary.Restored)} that they had corrected {(summary.DryRun ? "would count" : "count")} again.");
        screen.Note(summary.DryRun
            ? "Nothing was changed."
            : "Runs from now on do without them. Runs that are there keep their snapshot; start one anew to be rid of the file.");
    }

    /// <exception cref="InputException">The file is not known, or in several data sets.</exception>
    private static async Task<long> FindAsync(
        LocalServices local, Withdrawals withdrawals, string path, string? dataset, PipelineOptions settings, Reader reader, CancellationToken ct)
    {
        if (!File.Exists(path))
        {
            throw new InputException($"{path}: there is no such file.{await OthersAsync(withdrawals, path, ct)}");
        }

        var hasher = await local.OpenSubjectsAsync(settings, reader.Source, ct);
        await using var table = File.OpenRead(path);
        var hash = Convert.ToHexStringLower(await SHA256.HashDataAsync(table, ct));
        var known = await withdrawals.FindAsync(hasher.FileKey(hash), ct);
        List<FileRow> meant = [.. known.Where(f => dataset is null || f.Dataset == dataset)];
        return meant.Count switch
        {
            1 => meant[0].FileId,
            0 when known.Count > 0 => throw new InputException($"{path} was taken into {string.Join(", ", known.Select(f => f.Dataset))}, not into {dataset}"),
            0 => throw new InputException(
                $"{path} was not taken in with this content, or by a version that did not note it; then ingest it again first: "
                + $"that adds nothing.{await OthersAsync(withdrawals, path, ct)}"),
            _ => throw new InputException($"{path} was taken into {string.Join(", ", meant.Select(f => f.Dataset))}: say which with --dataset"),
        };
    }

    private static async Task<string> OthersAsync(Withdrawals withdrawals, string path, CancellationToken ct)
    {
        var named = await withdrawals.NamedAsync(Path.GetFileName(path), ct);
        return named.Count == 0
            ? ""
            : $" Under this name came {string.Join(", ", named.Take(5).Select(f => $"file {f.FileId} of {f.Dataset} ({Format.Time(f.TakenInAt)} UTC)"))}: "
                + "give one with --id.";
    }
}

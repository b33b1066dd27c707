using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ZiGong.Contracts;

namespace ZiGong.Cli.Local.Results;

/// <summary>
/// Measures tables into a folder with a Markdown file for each. Experiments that are finished are found again, so that a stopped measurement goes
/// on where it was; a table that the same commit has finished, of the same file, stays as it is.
/// </summary>
/// <param name="zigong">The command line; each of its calls builds what has changed.</param>
internal sealed partial class TableMeasurement(string zigong, string root, string folder, TextWriter errors, TimeProvider time)
{
    public int Failed { get; private set; }

    /// <summary>What measuring it with the code of now says, or has said.</summary>
    /// <exception cref="OperationCanceledException">The experiment was stopped.</exception>
    public async Task<MeasuredTable> MeasureAsync(ResultTable table, int number, CancellationToken ct)
    {
        var part = Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"{number:D2}-{table.Page}-{table.Experiment}.md"));
        var arguments = string.Join(' ', table.Arguments) + "\n";
        var spent = new SpentTime(Path.Combine(folder, $"{table.Page}-{table.Experiment}-{ContentHash.Of(Encoding.UTF8.GetBytes(arguments))[..8]}.seconds"));
        var head = $"## {table.Experiment}\n\n```\n{table.Command}\n```\n\n";
        var code = await MeasuringProcess.CodeAsync(root, ct);
        var made = code.IsKnown && File.Exists(table.File) ? $"{code.Name} {await HashAsync(table.File, ct)} {table.Command}" : "";
        var note = $"{part}.made";
        if (made.Length > 0 && File.Exists(part) && File.Exists(note) && await File.ReadAllTextAsync(note, ct) == made)
        {
            return new MeasuredTable(table, await File.ReadAllTextAsync(part, ct), spent.Finished ?? 0);
        }

        File.Delete(note);
        if (!File.Exists(table.File))
        {
            return await KeptAsync(new MeasuredTable(table, head + MeasuredTable.Missing("the table was not there."), 0), part, ct);
        }

        await errors.WriteLineAsync($"results: {table.Experiment} of {table.Dataset}");
        var (text, isDone) = await ComputeAsync(table, part, spent, ct);
        if (isDone && made.Length > 0 && await MeasuringProcess.CodeAsync(root, ct) == code)
        {
            await File.WriteAllTextAsync(note, made, ct);
        }

        return await KeptAsync(new MeasuredTable(table, head + text, spent.Finished ?? spent.SoFar), part, ct);
    }

    private async Task<(string Text, bool IsDone)> ComputeAsync(ResultTable table, string part, SpentTime spent, CancellationToken ct)
    {
        var (output, log) = ($"{part}.new", $"{part}.log");
        var started = time.GetTimestamp();
        var exit = await MeasuringProcess.RunAsync(
            zigong, ["experiment", table.Experiment, "--dataset", table.Dataset, table.File, .. table.Arguments, "--md"], output, log, ct);
        var said = await File.ReadAllLinesAsync(log, CancellationToken.None);
        var foundAll = said.Any(l => AllWereThere().IsMatch(l));
        spent.Add((long)time.GetElapsedTime(started).TotalSeconds, foundAll);
        if (exit == ExitCodes.Interrupted || ct.IsCancellationRequested)
        {
            throw new OperationCanceledException($"{table.Experiment} of {table.Dataset} was stopped", ct);
        }

        var figures = await File.ReadAllTextAsync(output, ct);
        File.Delete(output);
        if (exit != 0)
        {
            Failed++;
            return (MeasuredTable.Missing(said.LastOrDefault() ?? $"exit code {exit}"), false);
        }

        spent.Finish();
        return ($"{figures}\nThis took {spent.Finished} s; what earlier experiments had computed was found again.\n", true);
    }

    private static async Task<MeasuredTable> KeptAsync(MeasuredTable measured, string part, CancellationToken ct)
    {
        await File.WriteAllTextAsync(part, measured.Text, ct);
        return measured;
    }

    private static async Task<string> HashAsync(string file, CancellationToken ct)
    {
        await using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, ct));
    }

    [GeneratedRegex(@"^(?<all>[0-9,]+) of \k<all> runs were there already", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex AllWereThere();
}

using System.Text.RegularExpressions;
using Npgsql;

namespace ZiGong.FlowTests.Harness;

/// <summary>A database whose server explains every statement in its log, with the plan as it was carried out.</summary>
internal sealed partial class ExplainedDatabase(Lab lab)
{
    /// <summary>From the next connection on.</summary>
    public static async Task<ExplainedDatabase> OfAsync(Lab lab)
    {
        var name = new NpgsqlConnectionStringBuilder(lab.Options.Database).Database;
        foreach (var setting in new[]
        {
            "session_preload_libraries = auto_explain", "auto_explain.log_min_duration = 0", "auto_explain.log_analyze = on", "auto_explain.log_timing = off",
        })
        {
            await lab.ExecuteAsync($"alter database {name} set {setting}");
        }

        lab.Source.Clear();
        return new ExplainedDatabase(lab);
    }

    /// <summary>The plans of all that ran meanwhile.</summary>
    public async Task<IReadOnlyList<string>> PlansAsync(Func<Task> look)
    {
        var from = new FileInfo(lab.ServerLog).Length;
        await look();
        using var log = new FileStream(lab.ServerLog, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        log.Position = from;
        using var reader = new StreamReader(log);
        return [.. Plan().Matches(await reader.ReadToEndAsync()).Select(m => m.Value)];
    }

    [GeneratedRegex(@"duration: .* plan:\n(\t.*\n)+", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Plan();
}

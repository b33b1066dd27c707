using ZiGong.Contracts;

namespace ZiGong.Credit.Templates;

/// <summary>Brings the instructions of several tasks into the shares that their weights ask for.</summary>
public static class TaskMixing
{
    /// <summary>
    /// Ids of the instructions that stay: of each task so many, drawn by seed, that their numbers stand in the ratio of the weights. Nothing is
    /// repeated: the task that has the fewest for its weight keeps all of its own.
    /// </summary>
    /// <param name="samples">Id and task of each kept sample.</param>
    /// <param name="weights">Weight of each task, above 0.</param>
    public static IReadOnlySet<string> Keep(IReadOnlyList<(string Id, string Task)> samples, IReadOnlyDictionary<string, double> weights, ulong seed)
    {
        var tasks = samples.GroupBy(s => s.Task, s => s.Id, StringComparer.Ordinal).ToList();
        var unit = tasks.Min(t => t.Count() / weights[t.Key]);
        return tasks
            .SelectMany(t => t.OrderBy(id => SeededRandom.Derive(seed, "mix", id)).ThenBy(id => id, StringComparer.Ordinal)
                .Take(Math.Max(1, (int)Math.Round(unit * weights[t.Key], MidpointRounding.AwayFromZero))))
            .ToHashSet(StringComparer.Ordinal);
    }
}

using ZiGong.Contracts;

namespace ZiGong.Credit.Templates;

/// <summary>Repeats the instructions of rare classes until the most frequent one has at most so many times as many, as CALM does at 2 : 1.</summary>
public static class MinorityResampling
{
    /// <summary>How often each instruction is there, at least once. No instruction of a class is there more than once more often than another.</summary>
    /// <param name="samples">Id, task and class of each instruction; classes are balanced within their task.</param>
    /// <param name="ratio">Largest count of the most frequent class over any other's; at least 1.</param>
    public static IReadOnlyDictionary<string, int> Copies(IReadOnlyList<(string Id, string Task, string Class)> samples, double ratio, ulong seed)
    {
        var copies = new Dictionary<string, int>(samples.Count, StringComparer.Ordinal);
        foreach (var task in samples.GroupBy(s => s.Task, StringComparer.Ordinal))
        {
            var classes = task.GroupBy(s => s.Class, StringComparer.Ordinal).Select(g => g.Select(s => s.Id).ToList()).ToList();
            var wanted = (int)Math.Ceiling(classes.Max(c => c.Count) / ratio);
            foreach (var ids in classes)
            {
                var (each, more) = Math.DivRem(Math.Max(wanted, ids.Count), ids.Count);
                var order = ids.OrderBy(id => SeededRandom.Derive(seed, "copy", id)).ThenBy(id => id, StringComparer.Ordinal);
                foreach (var (id, place) in order.Select((id, place) => (id, place)))
                {
                    copies.Add(id, each + (place < more ? 1 : 0));
                }
            }
        }

        return copies;
    }
}

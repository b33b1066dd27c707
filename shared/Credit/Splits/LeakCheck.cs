using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;

namespace ZiGong.Credit.Splits;

/// <summary>A split that leaks stops the run and names the samples.</summary>
public static class LeakCheck
{
    private const int Named = 5;

    /// <exception cref="InputException">An id occurs twice.</exception>
    public static void Duplicates(IReadOnlyList<SampleHeader> headers)
    {
        var seen = new HashSet<string>(headers.Count, StringComparer.Ordinal);
        var twice = headers.Where(header => !seen.Add(header.Id)).Select(header => header.Id).ToList();
        if (twice.Count > 0)
        {
            throw new InputException($"The split names {twice.Count} samples twice: {List(twice)}. Each sample may count once.");
        }
    }

    /// <summary>Checks sides however they came about, e.g. those frozen with a snapshot.</summary>
    /// <exception cref="InputException">
    /// A subject is on two sides (allowed for <see cref="SplitMode.OutOfTime"/>), or a training sample is observed or labelled after the
    /// reference window begins (labelled: allowed when <paramref name="retrospective"/>).
    /// </exception>
    public static void Check(
        IReadOnlyList<SampleHeader> headers, IReadOnlyList<Side> sides, SplitMode mode, SplitWindows? windows, bool retrospective)
    {
        if (mode != SplitMode.OutOfTime)
        {
            CheckSubjects(headers, sides);
        }

        if (windows is not null)
        {
            CheckTimes(headers, sides, windows.ReferenceFrom, retrospective);
        }
    }

    private static void CheckSubjects(IReadOnlyList<SampleHeader> headers, IReadOnlyList<Side> sides)
    {
        var first = new Dictionary<string, (Side Side, string Id)>(StringComparer.Ordinal);
        var leaks = new List<string>();
        for (var i = 0; i < headers.Count; i++)
        {
            if (sides[i] == Side.Idle)
            {
                continue;
            }

            if (!first.TryAdd(headers[i].Subject, (sides[i], headers[i].Id)) && first[headers[i].Subject] is var other && other.Side != sides[i])
            {
                leaks.Add($"{headers[i].Id} ({sides[i]}) and {other.Id} ({other.Side})");
            }
        }

        if (leaks.Count > 0)
        {
            throw new InputException($"The split leaks: the same borrower is on two sides {leaks.Count} times: {List(leaks)}. Use pools, or name it OutOfTime.");
        }
    }

    private static void CheckTimes(IReadOnlyList<SampleHeader> headers, IReadOnlyList<Side> sides, DateTimeOffset reference, bool retrospective)
    {
        var late = headers
            .Where((header, i) => sides[i] == Side.Train && (header.ObservedAt >= reference || (!retrospective && header.LabelKnownAt > reference)))
            .Select(header => $"{header.Id} (observed {header.ObservedAt:yyyy-MM-dd}, label known {header.LabelKnownAt:yyyy-MM-dd})")
            .ToList();
        if (late.Count > 0)
        {
            throw new InputException(
                $"The split leaks: {late.Count} training samples were not known when the reference window begins ({reference:yyyy-MM-dd}): {List(late)}.");
        }
    }

    private static string List(List<string> names) =>
        string.Join(", ", names.Take(Named)) + (names.Count > Named ? $" and {names.Count - Named} more" : "");
}

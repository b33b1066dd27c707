using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;

namespace ZiGong.Credit.Splits;

/// <summary>Who and what is on both sides of a split, counted on the frozen sides.</summary>
/// <param name="TestSubjects">Borrowers on the test side.</param>
/// <param name="InTraining">Of these, borrowers who are on the training side too.</param>
/// <param name="InReference">Of these, borrowers who are on the reference side too.</param>
/// <param name="ReferenceInTraining">Borrowers on the reference side who are on the training side too.</param>
/// <param name="SubjectsMayRepeat">The split is OutOfTime, where this is allowed.</param>
/// <param name="ReferenceFrom">Start of the month of the first reference observation; null where the split is not by time.</param>
/// <param name="LateTraining">Training samples observed, or (unless retrospective) with a label known, after that.</param>
/// <param name="LateReference">Reference samples observed in or after the month of the first test observation; 0 where the split is not by time.</param>
/// <param name="NewestLabel">When the last training label became known; null without times.</param>
public sealed record LeakFigures(
    int TestSubjects, int InTraining, int InReference, int ReferenceInTraining, bool SubjectsMayRepeat,
    DateTimeOffset? ReferenceFrom, int LateTraining, int LateReference, DateTimeOffset? NewestLabel)
{
    public bool Leaks => (!SubjectsMayRepeat && InTraining + InReference + ReferenceInTraining > 0) || LateTraining + LateReference > 0;
}

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

    /// <summary>Counts what leaks between sides that exist, however they came about.</summary>
    /// <param name="training">Samples on the training side.</param>
    /// <param name="reference">Samples on the reference side; at least one.</param>
    /// <param name="test">Samples on the test side; at least one.</param>
    /// <param name="options">How the sides were meant; its mode may be Auto.</param>
    public static LeakFigures Measure(IReadOnlyList<Sample> training, IReadOnlyList<Sample> reference, IReadOnlyList<Sample> test, SplitOptions options)
    {
        HashSet<string> trained = [
            .. training.Select(s => s.Subject)], referred = [.. reference.Select(s => s.Subject)], tested = [.. test.Select(s => s.Subject)];
        // pools do not matter for it
        var mode = SplitPlanner.ModeOf(
            [.. training.Concat(reference).Concat(test)
                .Select((s, i) => new SampleHeader(s.Id, s.Subject, Pool.Train, s.Answer, s.ObservedAt, s.LabelKnownAt, i))],
            options);
        var isByTime = mode is SplitMode.Windows or SplitMode.OutOfTime;
        var from = isByTime ? MonthOf(reference.Min(s => s.ObservedAt!.Value)) : (DateTimeOffset?)null;
        var testFrom = isByTime ? MonthOf(test.Min(s => s.ObservedAt!.Value)) : (DateTimeOffset?)null;
        return new LeakFigures(
            tested.Count,
            tested.Count(trained.Contains),
            tested.Count(referred.Contains),
            referred.Count(trained.Contains),
            mode == SplitMode.OutOfTime,
            from,
            training.Count(s => s.ObservedAt >= from || (!options.Retrospective && s.LabelKnownAt > from)),
            reference.Count(s => s.ObservedAt >= testFrom),
            training.Max(s => s.LabelKnownAt));
    }

    private static DateTimeOffset MonthOf(DateTimeOffset time) => SplitTime.MonthStart(SplitTime.MonthIndex(time));

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
            throw new InputException(
                $"The split leaks: the same borrower is on two sides {leaks.Count} times: {List(leaks)}. Use pools, or name it OutOfTime.");
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

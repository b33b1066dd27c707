using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;

namespace ZiGong.Credit.Splits;

/// <summary>Puts samples on sides by pool, time or seeded draw. Pure: the same headers, options and seed give the same plan.</summary>
public static class SplitPlanner
{
    /// <exception cref="InputException">
    /// The split leaks, a side stays empty, all training labels are equal, or a class is missing in the reference set.
    /// </exception>
    public static SplitPlan Plan(IReadOnlyList<SampleHeader> headers, SplitOptions options, ulong seed)
    {
        if (headers.Count == 0)
        {
            throw new InputException("There are no samples to split: every row was rejected or filtered. 'zigong dataset check' lists the reasons.");
        }

        LeakCheck.Duplicates(headers);
        var mode = Resolve(headers, options);
        RequireFolds(mode, options);
        var windows = mode is SplitMode.Windows or SplitMode.OutOfTime ? WindowsOf(headers, options) : null;
        Side[] sides = mode == SplitMode.Stratified
            ? options.Folds > 0 ? StratifiedDraw.Fold(headers, seed, options.Fold, options.Folds) : StratifiedDraw.Sides(headers, seed)
            : [.. headers.Select(header => SideOf(header, mode, windows, options.Retrospective))];
        CheckSides(headers, sides, windows, options.FreeAnswers);
        LeakCheck.Check(headers, sides, mode, windows, options.Retrospective);
        var caps = SideCaps.Apply(headers, sides, options, seed);
        CheckSides(headers, sides, windows, options.FreeAnswers);
        var (periodOf, periods) = PeriodPlanner.Plan(headers, sides, options.MaxPeriods, seed);
        var identified = periods.Count > 1 && periods[0].End is not null;
        return new SplitPlan
        {
            Mode = mode,
            Sides = sides,
            PeriodOf = periodOf,
            Periods = periods,
            Windows = windows,
            AsOf = identified ? windows?.TestFrom ?? periods[^1].End : null,
            DecayIdentified = identified,
            Notes = [.. Notes(headers, sides, mode, windows, options, identified), .. caps],
        };
    }

    /// <summary>The rule that these samples are split by: Auto is resolved.</summary>
    internal static SplitMode ModeOf(IReadOnlyList<SampleHeader> headers, SplitOptions options) => Resolve(headers, options);

    private static SplitMode Resolve(IReadOnlyList<SampleHeader> headers, SplitOptions options)
    {
        if (options.Mode != SplitMode.Auto)
        {
            return options.Mode;
        }

        var months = headers.Where(header => header.ObservedAt is not null).Select(header => SplitTime.MonthIndex(header.ObservedAt!.Value)).Distinct();
        return headers.All(header => header.ObservedAt is not null) && months.Count() > (long)options.ReferenceMonths + options.TestMonths
            ? SplitMode.Windows
            : options.SubjectsKnown ? SplitMode.Pools : SplitMode.Stratified;
    }

    private static void RequireFolds(SplitMode mode, SplitOptions options)
    {
        if (options.Folds == 0 && options.Fold == 0)
        {
            return;
        }

        if (mode != SplitMode.Stratified)
        {
            throw new InputException(
                $"Folds are for data without subjects and times; these are split by {(mode == SplitMode.Pools ? "pools" : "time")}, "
                + "where a sample's side is fixed. Leave Snapshot:Folds and Snapshot:Fold at 0.");
        }

        if (options.Folds < 3 || options.Fold >= options.Folds)
        {
            throw new InputException($"Snapshot:Fold is {options.Fold} of Snapshot:Folds = {options.Folds}: take at least 3 folds, counted from 0.");
        }
    }

    private static SplitWindows WindowsOf(IReadOnlyList<SampleHeader> headers, SplitOptions options)
    {
        if (headers.FirstOrDefault(header => header.ObservedAt is null) is { } timeless)
        {
            throw new InputException($"Sample {timeless.Id} has no observation time, so the data cannot be split by time: use split mode pools or stratified.");
        }

        long last = headers.Max(header => SplitTime.MonthIndex(header.ObservedAt!.Value));
        var test = last - options.TestMonths + 1;
        return new SplitWindows(
            SplitTime.MonthStart(test - options.ReferenceMonths), SplitTime.MonthStart(test), SplitTime.MonthStart(last + 1));
    }

    private static Side SideOf(SampleHeader header, SplitMode mode, SplitWindows? windows, bool retrospective)
    {
        var byPool = header.Pool switch { Pool.Train => Side.Train, Pool.Reference => Side.Reference, _ => Side.Test };
        if (windows is null)
        {
            return byPool;
        }

        // A label known at the very start of the reference window was known before anything in it was observed.
        var known = retrospective ? header.ObservedAt : header.LabelKnownAt ?? header.ObservedAt;
        var byTime = header.ObservedAt >= windows.TestFrom ? Side.Test
            : header.ObservedAt >= windows.ReferenceFrom ? Side.Reference
            : known <= windows.ReferenceFrom ? Side.Train
            : Side.Idle;
        return mode == SplitMode.OutOfTime || byTime == byPool ? byTime : Side.Idle;
    }

    private static void CheckSides(IReadOnlyList<SampleHeader> headers, Side[] sides, SplitWindows? windows, bool free)
    {
        var where = windows is null ? "" : $" (reference from {windows.ReferenceFrom:yyyy-MM-dd}, test from {windows.TestFrom:yyyy-MM-dd})";
        foreach (var side in new[] { Side.Train, Side.Reference, Side.Test })
        {
            if (!sides.Contains(side))
            {
                throw new InputException(
                    $"The {Name(side)} side has no samples{where}. " +
                    (windows is null ? "Add more data." : "Add more months of data or narrow the reference and test windows."));
            }
        }

        var classes = Classes(headers, sides, Side.Train);
        if (classes.Count == 1 && !free)
        {
            throw new InputException($"All training labels are '{classes[0]}': there is nothing to learn. Check the descriptor's answer mapping.");
        }

        if (classes.Except(Classes(headers, sides, Side.Reference), StringComparer.Ordinal).FirstOrDefault() is { } absent)
        {
            throw new InputException(
                $"The reference set has no '{absent}' sample{where}, so influence on it cannot be measured. Widen the reference window or add data.");
        }
    }

    private static List<string> Classes(IReadOnlyList<SampleHeader> headers, Side[] sides, Side side) =>
        [.. headers.Where((_, i) => sides[i] == side).Select(header => header.Answer).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static IEnumerable<string> Notes(
        IReadOnlyList<SampleHeader> headers, Side[] sides, SplitMode mode, SplitWindows? windows, SplitOptions options, bool identified)
    {
        if (options.Title.Length > 0)
        {
            yield return options.Title;
        }

        yield return mode switch
        {
            SplitMode.Pools => "Split by the borrower's pool alone: the observation times do not allow windows.",
            SplitMode.Windows => "Split by the borrower's pool and by time.",
            SplitMode.OutOfTime => "OutOfTime: split by time alone, so the same borrower may appear on both sides of time.",
            _ => "Split by a seeded draw, stratified by answer: neither borrowers nor times are known.",
        };
        if (options.Folds > 0)
        {
            yield return $"Fold {options.Fold + 1} of {options.Folds} is the test side.";
        }

        if (windows is not null)
        {
            yield return $"Training labels known by {windows.ReferenceFrom:yyyy-MM-dd}; reference to {windows.TestFrom:yyyy-MM-dd}; "
                + $"test to {windows.End:yyyy-MM-dd}.";
        }

        if (options.Retrospective && options.Title.Length == 0)
        {
            yield return "Retrospective: training labels were not yet known at these dates.";
        }

        foreach (var side in new[] { Side.Train, Side.Reference, Side.Test })
        {
            var members = headers.Where((_, i) => sides[i] == side).GroupBy(header => header.Answer, StringComparer.Ordinal)
                .OrderBy(group => group.Key, StringComparer.Ordinal);
            yield return $"{Name(side)}: {string.Join(", ", members.Select(group => $"{group.Count()} {group.Key}"))}.";
        }

        if (!identified)
        {
            yield return "Fewer than two distinct training times: decay is not identified, γ = 1.";
        }
    }

    private static string Name(Side side) => side.ToString().ToLowerInvariant();
}

using ZiGong.Credit.Descriptors;

namespace ZiGong.Credit.Splits;

/// <summary>What splitting needs to know of a sample.</summary>
/// <param name="Answer">Its class: the answer, or one for all free texts.</param>
/// <param name="Order">Natural order: line in the file or sequence of arrival; breaks ties of time.</param>
public sealed record SampleHeader(
    string Id, string Subject, Pool Pool, string Answer, DateTimeOffset? ObservedAt, DateTimeOffset? LabelKnownAt, long Order)
{
    public static SampleHeader Of(Sample sample, long order) => new(
        sample.Id, sample.Subject, Subjects.PoolAssignment.Of(sample.Subject), sample.Answer, sample.ObservedAt, sample.LabelKnownAt, order);
}

/// <summary>How to split; widths in calendar months (UTC).</summary>
public sealed record SplitOptions
{
    public SplitMode Mode { get; init; } = SplitMode.Auto;

    /// <summary>Width of the reference window, which ends where the test window begins; at least 1.</summary>
    public int ReferenceMonths { get; init; } = 1;

    /// <summary>Width of the test window, which ends with the last month that has samples; at least 1.</summary>
    public int TestMonths { get; init; } = 1;

    /// <summary>Training labels may become known after the reference window begins; named in the notes.</summary>
    public bool Retrospective { get; init; }

    /// <summary>What a report must say about this split; may be empty.</summary>
    public string Title { get; init; } = "";

    /// <summary>At most so many training periods, and so checkpoints; neighbouring months merge. At least 1.</summary>
    public int MaxPeriods { get; init; } = 6;

    /// <summary>False where each row is its own subject: then Auto draws instead of using pools.</summary>
    public bool SubjectsKnown { get; init; } = true;

    /// <summary>Answers are free texts: there is one class, and none can be missing.</summary>
    public bool FreeAnswers { get; init; }

    /// <summary>Samples on a side at most; 0: all.</summary>
    public int MaximumTraining { get; init; }

    public int MaximumReference { get; init; }

    public int MaximumTest { get; init; }

    /// <summary>Parts that take turns as the test side; 0: one fixed test side. For <see cref="SplitMode.Stratified"/> alone.</summary>
    public int Folds { get; init; }

    /// <summary>Which part is the test side, from 0.</summary>
    public int Fold { get; init; }

    public static SplitOptions From(DatasetDescriptor descriptor) => new()
    {
        FreeAnswers = descriptor.Answer.IsFree,
        Mode = descriptor.Split.Mode,
        ReferenceMonths = descriptor.Split.ReferenceMonths,
        TestMonths = descriptor.Split.TestMonths,
        Retrospective = descriptor.Split.Retrospective,
        Title = descriptor.Split.Title,
        SubjectsKnown = descriptor.Subject is not null,
    };
}

/// <summary>One stretch of the agent's training, which a checkpoint ends.</summary>
/// <param name="Index">From 0, in chronological order.</param>
/// <param name="From">First instant; null where times are not usable.</param>
/// <param name="End">First instant after it; null where times are not usable.</param>
/// <param name="Samples">Training samples in it.</param>
public sealed record SplitPeriod(int Index, DateTimeOffset? From, DateTimeOffset? End, int Samples)
{
    /// <summary>t_i of the checkpoint in months; without times the index, which no decay may use.</summary>
    public double Months => End is { } end ? SplitTime.Months(end) : Index;
}

/// <summary>Windows of a split by time; half-open.</summary>
public sealed record SplitWindows(DateTimeOffset ReferenceFrom, DateTimeOffset TestFrom, DateTimeOffset End);

/// <summary>Which sample counts on which side. The arrays run parallel to the headers the plan was made from.</summary>
public sealed record SplitPlan
{
    /// <summary>The rule that was applied; never <see cref="SplitMode.Auto"/>.</summary>
    public required SplitMode Mode { get; init; }

    public required IReadOnlyList<Side> Sides { get; init; }

    /// <summary>Period of each training sample, -1 on other sides.</summary>
    public required IReadOnlyList<int> PeriodOf { get; init; }

    public required IReadOnlyList<SplitPeriod> Periods { get; init; }

    /// <summary>Null where the split is not by time.</summary>
    public SplitWindows? Windows { get; init; }

    /// <summary>T: the end of the reference window; null without usable times.</summary>
    public DateTimeOffset? AsOf { get; init; }

    /// <summary>T in the unit of <see cref="SplitPeriod.Months"/>.</summary>
    public double AsOfMonths => AsOf is { } time ? SplitTime.Months(time) : Periods.Count - 1;

    /// <summary>False with fewer than two distinct training times: the run uses γ = 1 and says so.</summary>
    public required bool DecayIdentified { get; init; }

    /// <summary>Sentences for the report: rule, windows, sizes, what is unusual.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    public int Count(Side side) => Sides.Count(other => other == side);
}

/// <summary>Months as numbers.</summary>
public static class SplitTime
{
    /// <summary>Calendar months since year 0, with the day as a fraction of its month; differences are periods of decay.</summary>
    public static double Months(DateTimeOffset time)
    {
        var utc = time.UtcDateTime;
        var start = new DateTime(utc.Year, utc.Month, 1, 0, 0, 0, DateTimeKind.Utc);
        return MonthIndex(time) + ((utc - start).TotalDays / DateTime.DaysInMonth(utc.Year, utc.Month));
    }

    public static int MonthIndex(DateTimeOffset time) => (time.UtcDateTime.Year * 12) + time.UtcDateTime.Month - 1;

    /// <summary>Start of a month by <see cref="MonthIndex"/>; the calendar's first or last where the index lies beyond it, as a wide window's may.</summary>
    public static DateTimeOffset MonthStart(long index)
    {
        var month = Math.Clamp(index, MonthIndex(DateTimeOffset.MinValue), MonthIndex(DateTimeOffset.MaxValue));
        return new DateTimeOffset((int)(month / 12), (int)(month % 12) + 1, 1, 0, 0, 0, TimeSpan.Zero);
    }
}

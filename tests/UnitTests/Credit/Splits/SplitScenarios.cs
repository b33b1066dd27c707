using System.Globalization;
using ZiGong.Credit;
using ZiGong.Credit.Splits;
using ZiGong.Credit.Subjects;

namespace ZiGong.UnitTests.Credit.Splits;

/// <summary>Sets of samples to split.</summary>
internal static class SplitScenarios
{
    public static readonly DateTimeOffset January = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Borrowers seen every month; every fourth label is bad; answers known after the horizon.</summary>
    public static List<SampleHeader> Panel(int borrowers = 200, int months = 8, int horizon = 1) =>
    [
        .. from month in Enumerable.Range(0, months)
           from borrower in Enumerable.Range(0, borrowers)
           let at = January.AddMonths(month)
           let number = (month * borrowers) + borrower
           select Header($"s{number:D6}", borrower, number, at, at.AddMonths(horizon)),
    ];

    /// <summary>One sample a subject, no times.</summary>
    public static List<SampleHeader> Timeless(int samples = 1000) =>
        [.. Enumerable.Range(0, samples).Select(number => Header($"s{number:D6}", number, number, null, null))];

    public static SampleHeader Header(string id, int borrower, int number, DateTimeOffset? observed, DateTimeOffset? known)
    {
        var subject = Tables.Hasher.Hash("split", borrower.ToString(CultureInfo.InvariantCulture));
        return new SampleHeader(id, subject, PoolAssignment.Of(subject), (number + (number / 10)) % 4 == 0 ? "bad" : "good", observed, known, number);
    }
}

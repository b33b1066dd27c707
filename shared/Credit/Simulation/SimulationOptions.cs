using ZiGong.Contracts;

namespace ZiGong.Credit.Simulation;

/// <summary>What the simulator makes.</summary>
public sealed record SimulationOptions
{
    /// <summary>Number of borrowers, 1 to 10,000,000.</summary>
    public int Borrowers { get; init; } = 3000;

    /// <summary>Length of the simulated time, 3 to 240 months.</summary>
    public int Months { get; init; } = 18;

    /// <summary>Months between two observations of a borrower, 1 to 12. Borrowers take turns, so that every month has samples.</summary>
    public int Every { get; init; } = 3;

    /// <summary>The first month.</summary>
    public DateOnly Start { get; init; } = new(2023, 1, 1);

    /// <summary>Share of recorded labels that are flipped, 0 to 0.5.</summary>
    public double FlipShare { get; init; }

    /// <summary>
    /// Labels of months from this index on stay true; negative counts from the end. The default leaves the last six months alone, which are
    /// the reference and test windows of the shipped descriptor.
    /// </summary>
    public int FlipUntilMonth { get; init; } = -6;

    /// <summary>How far the effects of behaviour move from the first month to the last: 0 not at all, 1 as designed; 0 to 2.</summary>
    public double Drift { get; init; } = 1;

    public ulong Seed { get; init; } = 1;

    internal int FirstCleanMonth => FlipUntilMonth >= 0 ? FlipUntilMonth : Months + FlipUntilMonth;

    /// <exception cref="InputException">An option is out of its range.</exception>
    public void Check()
    {
        Require(Borrowers is >= 1 and <= 10_000_000, nameof(Borrowers), Borrowers, "1 to 10,000,000");
        Require(Months is >= 3 and <= 240, nameof(Months), Months, "3 to 240");
        Require(Start.Year < DateOnly.MaxValue.Year - (Months / 12), nameof(Start), Start, $"before the year {DateOnly.MaxValue.Year - (Months / 12)}");
        Require(Every is >= 1 and <= 12, nameof(Every), Every, "1 to 12");
        Require(FlipShare is >= 0 and <= 0.5, nameof(FlipShare), FlipShare, "0 to 0.5");
        Require(Drift is >= 0 and <= 2, nameof(Drift), Drift, "0 to 2");
    }

    private static void Require(bool holds, string option, IFormattable value, string range)
    {
        if (!holds)
        {
            throw new InputException($"The simulator's option {option} is {value.ToString(null, null)}; it must be {range}.");
        }
    }
}

/// <summary>What was written.</summary>
/// <param name="Rows">Samples.</param>
/// <param name="Bads">True defaults among them, before flips.</param>
/// <param name="Flips">Recorded labels that differ from the true ones.</param>
/// <param name="BayesAuc">AUC of the true default probability against the true labels: no model can be expected to do better.</param>
public sealed record SimulationSummary(long Rows, long Bads, long Flips, double BayesAuc);

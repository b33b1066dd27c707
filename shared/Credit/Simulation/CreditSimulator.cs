using System.Globalization;
using ZiGong.Contracts;

namespace ZiGong.Credit.Simulation;

/// <summary>
/// Writes a table of borrowers' monthly behaviour for the descriptor <c>simulated</c>, and the truth beside it. Rows come month by month, as a
/// lender would receive them; memory holds the borrowers, never the rows. Same options, same bytes.
/// </summary>
public static class CreditSimulator
{
    /// <summary>Months from an observation until its label is known, as the descriptor says.</summary>
    public const int HorizonMonths = 3;

    public const string Header =
        "borrower,month,sex,age_group,employment,income,income_change,limit,utilisation,paid_share,months_late,late_half_year,inquiries,months_on_book,"
        + "prior_defaults,default_in_3_months";

    public const string TruthHeader = "borrower,month,probability,defaulted,flipped,regime";

    /// <exception cref="InputException">An option is out of its range.</exception>
    public static SimulationSummary Write(SimulationOptions options, TextWriter csv, TextWriter groundTruth, CancellationToken cancellation = default)
    {
        options.Check();
        var economy = new Economy(options.Months, options.Drift);
        var outcomes = SeededRandom.Stream(options.Seed, "outcomes");
        var flips = SeededRandom.Stream(options.Seed, "flips");
        var auc = new StreamingAuc();
        var borrowers = Enumerable.Range(0, options.Borrowers).Select(number => new Borrower(options.Seed, number)).ToArray();
        var (rows, bads, flipped) = (0L, 0L, 0L);
        csv.Write($"{Header}\n");
        groundTruth.Write($"{TruthHeader}\n");
        for (var month = 0; month < options.Months; month++)
        {
            cancellation.ThrowIfCancellationRequested();
            var name = options.Start.AddMonths(month).ToString("yyyy-MM", CultureInfo.InvariantCulture);
            for (var number = 0; number < borrowers.Length; number++)
            {
                var borrower = borrowers[number];
                borrower.Live(economy.Progress(month));
                if ((month + number) % options.Every != 0)
                {
                    continue;
                }

                var seen = borrower.Observe();
                var probability = 1 / (1 + Math.Exp(-economy.LogOdds(seen, month)));
                var defaulted = outcomes.NextDouble() < probability;

                // Drawn for every row, so that the share changes no other row.
                var flip = flips.NextDouble() < options.FlipShare && month < options.FirstCleanMonth;
                var id = (number + 1).ToString("'B'000000", CultureInfo.InvariantCulture);
                csv.Write(Row(id, name, borrower, seen, defaulted ^ flip));
                groundTruth.Write(string.Create(
                    CultureInfo.InvariantCulture, $"{id},{name},{probability:F6},{(defaulted ? 1 : 0)},{(flip ? 1 : 0)},{economy.Regime(month)}\n"));
                auc.Add(probability, defaulted);
                (rows, bads, flipped) = (rows + 1, bads + (defaulted ? 1 : 0), flipped + (flip ? 1 : 0));
                if (defaulted)
                {
                    borrower.Restructure();
                }
            }
        }

        return new SimulationSummary(rows, bads, flipped, auc.Value);
    }

    private static string Row(string id, string month, Borrower borrower, Observation seen, bool bad) => string.Create(
        CultureInfo.InvariantCulture,
        $"{id},{month},{borrower.Sex},{borrower.AgeGroup},{seen.Employment},{seen.Income},{seen.IncomeChange},{seen.Limit},{seen.Utilisation},{seen.PaidShare},"
        + $"{seen.MonthsLate},{seen.LateHalfYear},{seen.Inquiries},{seen.MonthsOnBook},{seen.PriorDefaults},{(bad ? 1 : 0)}\n");

    /// <summary>AUC over 100,000 bins of probability, ties at half: constant memory for any number of rows.</summary>
    private sealed class StreamingAuc
    {
        private const int Bins = 100_000;
        private readonly long[] _good = new long[Bins];
        private readonly long[] _bad = new long[Bins];

        public double Value
        {
            get
            {
                var (goodBelow, pairs) = (0L, 0.0);
                for (var bin = 0; bin < Bins; bin++)
                {
                    pairs += _bad[bin] * (goodBelow + (0.5 * _good[bin]));
                    goodBelow += _good[bin];
                }

                var all = (double)goodBelow * _bad.Sum();
                return all > 0 ? pairs / all : 0.5;
            }
        }

        public void Add(double probability, bool bad) => (bad ? _bad : _good)[Math.Min((int)(probability * Bins), Bins - 1)]++;
    }
}

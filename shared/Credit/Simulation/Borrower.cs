using ZiGong.Contracts;

namespace ZiGong.Credit.Simulation;

/// <summary>
/// One borrower's life, month by month. Sex and age shape income and employment, which shape default; they have no effect of their own,
/// so a fair model can be told from an unfair one.
/// </summary>
internal sealed class Borrower
{
    private const double BureauSilence = 0.02;

    private readonly SeededRandom _random;
    private readonly double _discipline;
    private readonly double _usualUtilisation;
    private readonly int _limit;
    private double _income;
    private double _incomeHalfYearAgo;
    private double _utilisation;
    private double _paidShare = 1;
    private double _stress;
    private int _monthsLate;
    private uint _lateMonths; // a bit per month, the latest lowest
    private int _monthsOnBook;
    private int _priorDefaults;

    public Borrower(ulong seed, int number)
    {
        _random = SeededRandom.Stream(seed, "borrower", Invariant(number));
        Sex = _random.NextDouble() < 0.48 ? "f" : "m";
        AgeGroup = Pick(("18-25", 0.14), ("26-40", 0.38), ("41-60", 0.34), ("61+", 0.14));
        Employment = Sex == "f"
            ? Pick(("salaried", 0.62), ("part-time", 0.26), ("self-employed", 0.12))
            : Pick(("salaried", 0.70), ("part-time", 0.10), ("self-employed", 0.20));
        var ageEffect = AgeGroup switch { "18-25" => -0.30, "26-40" => 0.0, "41-60" => 0.12, _ => -0.08 };
        _income = Math.Exp(7.85 + ageEffect + (Employment == "part-time" ? -0.45 : 0) + (0.38 * _random.NextGaussian()));
        _incomeHalfYearAgo = _income;
        _discipline = _random.NextGaussian();
        _limit = (int)Math.Round(_income * (1 + (2.5 * _random.NextDouble())) / 100) * 100;
        _usualUtilisation = Math.Clamp(0.45 - (0.14 * _discipline) + (0.18 * _random.NextGaussian()), 0.02, 1);
        _utilisation = _usualUtilisation;
        _monthsOnBook = _random.NextInt(120);
        for (var month = 0; month < 6; month++)
        {
            Live(0);
        }
    }

    public string Sex { get; }

    public string AgeGroup { get; }

    public string Employment { get; }

    /// <summary>One month passes.</summary>
    /// <param name="progress">0 in the first month of the simulation, 1 in the last: times get harder.</param>
    public void Live(double progress)
    {
        _monthsOnBook++;
        _stress = (0.7 * _stress) + (0.5 * _random.NextGaussian()) + (0.12 * progress);
        _incomeHalfYearAgo += (_income - _incomeHalfYearAgo) / 6;
        if (_random.NextDouble() < 0.03 + (0.03 * progress))
        {
            // A lost job or fewer orders; salaried people are hit less.
            _income *= 1 - ((Employment == "salaried" ? 0.25 : 0.45) * _random.NextDouble());
            _stress += 0.6;
        }
        else
        {
            _income *= 1.003 + (0.01 * _random.NextGaussian());
        }

        _utilisation = Math.Clamp(
            (0.75 * _utilisation) + (0.25 * _usualUtilisation) + (0.04 * _stress) + (0.07 * _random.NextGaussian()), 0, 1.2);
        Pay();
    }

    public Observation Observe() => new(
        _monthsLate,
        System.Numerics.BitOperations.PopCount(_lateMonths & 0x3F),
        Math.Round(_utilisation, 2),
        Math.Round(_paidShare, 2),
        _random.NextDouble() < BureauSilence ? null : Inquiries(),
        Employment,
        (int)Math.Max(100, Math.Round(_income / 10) * 10),
        Math.Max(_limit, 100),
        Math.Round((_income / _incomeHalfYearAgo) - 1, 2) + 0.0, // turns -0 into 0
        _monthsOnBook,
        _priorDefaults);

    /// <summary>After a default the debt is restructured and the account goes on.</summary>
    public void Restructure()
    {
        _priorDefaults = Math.Min(_priorDefaults + 1, 3);
        _monthsLate = 0;
        _lateMonths = 0;
        _utilisation *= 0.5;
        _stress = Math.Min(_stress, 0);
    }

    private static string Invariant(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private void Pay()
    {
        var missing = Logistic(-3.1 + (1.6 * (_utilisation - 0.5)) - (0.8 * _discipline) + (0.9 * _stress));
        var cures = _monthsLate > 0 && _random.NextDouble() < 0.5;
        var late = _monthsLate > 0 ? !cures : _random.NextDouble() < missing;
        _monthsLate = late ? Math.Min(_monthsLate + 1, 6) : 0;
        _lateMonths = (_lateMonths << 1) | (late ? 1u : 0u);
        var share = Logistic(0.5 + (0.9 * _discipline) - (0.7 * _stress) + (0.8 * _random.NextGaussian()));
        _paidShare = late ? 0.3 * share : share;
    }

    /// <summary>Credit inquiries of the last half year: more under stress (Poisson by multiplication of uniforms).</summary>
    private int Inquiries()
    {
        var limit = Math.Exp(-Math.Clamp(0.8 + (0.6 * _stress) - (0.2 * _discipline), 0.1, 4));
        var count = 0;
        for (var product = _random.NextDouble(); product > limit && count < 12; count++)
        {
            product *= _random.NextDouble();
        }

        return count;
    }

    private string Pick(params ReadOnlySpan<(string Word, double Share)> words)
    {
        var place = _random.NextDouble();
        foreach (var (word, share) in words)
        {
            place -= share;
            if (place < 0)
            {
                return word;
            }
        }

        return words[^1].Word;
    }

    private static double Logistic(double x) => 1 / (1 + Math.Exp(-x));
}

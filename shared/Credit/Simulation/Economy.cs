namespace ZiGong.Credit.Simulation;

/// <summary>How behaviour translates into default, drifting from expansion over tightening to downturn.</summary>
internal sealed class Economy(int months, double drift)
{
    // Anchors at the first, middle and last month; in between the effects move linearly. Lateness always matters; what else matters shifts:
    // utilisation fades, inquiries and irregular incomes come to the fore, low payments lose their meaning as everyone pays less.
    private static readonly Effects[] Anchors =
    [
        new(
            Base: -3.80, Late: 1.30, LateHalfYear: 0.50, Utilisation: 2.4, Unpaid: 1.9, Inquiries: 0.10, SelfEmployed: -0.6, PartTime: 0.1, Burden: 0.5,
            Shock: 0.6, PriorDefault: 0.5),
        new(
            Base: -4.35, Late: 1.30, LateHalfYear: 0.50, Utilisation: 1.6, Unpaid: 1.4, Inquiries: 0.35, SelfEmployed: 0.2, PartTime: 0.4, Burden: 0.9,
            Shock: 1.0, PriorDefault: 0.6),
        new(
            Base: -5.10, Late: 1.30, LateHalfYear: 0.50, Utilisation: 0.6, Unpaid: 0.8, Inquiries: 0.60, SelfEmployed: 1.1, PartTime: 0.9, Burden: 1.4,
            Shock: 1.5, PriorDefault: 0.7),
    ];

    private static readonly string[] Names = ["expansion", "tightening", "downturn"];

    /// <summary>0 in the first month, 1 in the last.</summary>
    public double Progress(int month) => (double)month / (months - 1);

    public string Regime(int month) => Names[Math.Min((int)(Progress(month) * Names.Length), Names.Length - 1)];

    /// <summary>Log odds of default within the outcome horizon; a function of the written columns alone, so it is the Bayes score.</summary>
    public double LogOdds(Observation seen, int month)
    {
        var e = At(month);
        return e.Base
            + (e.Late * Math.Min(seen.MonthsLate, 3))
            + (e.LateHalfYear * seen.LateHalfYear)
            + (e.Utilisation * (seen.Utilisation - 0.5))
            + (e.Unpaid * (1 - seen.PaidShare))
            + (e.Inquiries * (seen.Inquiries ?? 0))
            + (seen.Employment switch { "self-employed" => e.SelfEmployed, "part-time" => e.PartTime, _ => 0 })
            + (e.Burden * Math.Min(seen.Limit / (double)seen.Income, 6) / 3)
            - (e.Shock * seen.IncomeChange * 3)
            + (e.PriorDefault * seen.PriorDefaults);
    }

    private Effects At(int month)
    {
        var place = Progress(month) * drift * (Anchors.Length - 1);
        var before = Math.Min((int)place, Anchors.Length - 2);
        return Effects.Between(Anchors[before], Anchors[before + 1], place - before);
    }

    private sealed record Effects(
        double Base, double Late, double LateHalfYear, double Utilisation, double Unpaid, double Inquiries, double SelfEmployed, double PartTime,
        double Burden, double Shock, double PriorDefault)
    {
        public static Effects Between(Effects a, Effects b, double t)
        {
            return new Effects(
                Mix(a.Base, b.Base), Mix(a.Late, b.Late), Mix(a.LateHalfYear, b.LateHalfYear), Mix(a.Utilisation, b.Utilisation),
                Mix(a.Unpaid, b.Unpaid), Mix(a.Inquiries, b.Inquiries), Mix(a.SelfEmployed, b.SelfEmployed), Mix(a.PartTime, b.PartTime),
                Mix(a.Burden, b.Burden), Mix(a.Shock, b.Shock), Mix(a.PriorDefault, b.PriorDefault));

            double Mix(double from, double to) => from + ((to - from) * t);
        }
    }
}

/// <summary>What the lender sees of a borrower in a month: the columns of the table, rounded as they are written.</summary>
internal sealed record Observation(
    int MonthsLate, int LateHalfYear, double Utilisation, double PaidShare, int? Inquiries, string Employment, int Income, int Limit,
    double IncomeChange, int MonthsOnBook, int PriorDefaults);

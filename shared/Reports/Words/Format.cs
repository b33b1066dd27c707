using System.Globalization;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Page;

namespace ZiGong.Reports.Words;

/// <summary>Figures as people read them.</summary>
public static class Format
{
    public static string Count(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    public static string Figure(double value) => double.IsFinite(value) ? value.ToString("0.000", CultureInfo.InvariantCulture) : "-";

    public static string Share(double value) => double.IsFinite(value) ? value.ToString("0.0 %", CultureInfo.InvariantCulture) : "-";

    /// <summary>Six significant digits, for scores whose size is not known beforehand.</summary>
    public static string Score(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    /// <summary>The figure with its ends, or alone where rows are too few for an interval.</summary>
    public static string Interval(Interval interval) => interval.HasEnds
        ? $"{Figure(interval.Value)} [{Figure(interval.Lower)}, {Figure(interval.Upper)}]"
        : Figure(interval.Value);

    public static string Interval(ArmFigure figure) => Interval(new Interval(figure.Mean, figure.Lower, figure.Upper));

    public static string Signed(double value) => double.IsFinite(value) ? value.ToString("+0.000;-0.000;0.000", CultureInfo.InvariantCulture) : "-";

    public static string Change(Difference difference) => Change(new Interval(difference.Value, difference.Lower, difference.Upper));

    public static string Change(Interval change) =>
        change.HasEnds ? $"{Signed(change.Value)} [{Signed(change.Lower)}, {Signed(change.Upper)}]" : Signed(change.Value);

    public static string Duration(TimeSpan time) => time.TotalSeconds switch
    {
        < 10 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
        < 90 => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
        < 3600 => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalMinutes} min {time.Seconds:00} s"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours} h {time.Minutes:00} min"),
    };

    public static string Rate(double perSecond) => perSecond >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{perSecond:#,0.#}/s")
        : string.Create(CultureInfo.InvariantCulture, $"{perSecond * 60:0.#}/min");

    public static string Time(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Bytes(double bytes) => bytes switch
    {
        >= 1L << 30 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 30):0.#} GiB"),
        >= 1L << 20 => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 20):0.#} MiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / (1L << 10):0.#} KiB"),
    };
}

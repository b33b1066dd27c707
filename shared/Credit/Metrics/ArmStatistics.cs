using System.Text.Json.Serialization;

namespace ZiGong.Credit.Metrics;

/// <summary>A figure of an arm over seeds.</summary>
/// <param name="Mean">Mean over seeds.</param>
/// <param name="Lower">Lower end of a 95 % interval over test rows and trainings (<see cref="ArmBootstrap"/>); NaN, in JSON null, of too few rows.</param>
/// <param name="Upper">Its upper end; NaN where <paramref name="Lower"/> is.</param>
/// <param name="Spread">Standard deviation between seeds (n − 1); 0 with one seed.</param>
/// <param name="PerSeed">The figure of each seed, in their order.</param>
public sealed record ArmFigure(
    double Mean,
    [property: JsonConverter(typeof(NotANumberAsNull))] double Lower,
    [property: JsonConverter(typeof(NotANumberAsNull))] double Upper,
    double Spread,
    IReadOnlyList<double> PerSeed)
{
    [JsonIgnore]
    public bool HasEnds => !double.IsNaN(Lower) && !double.IsNaN(Upper);

    /// <summary>The figure without its interval.</summary>
    public ArmFigure Alone() => this with { Lower = double.NaN, Upper = double.NaN };

    /// <summary>Of a figure between 0 and 1, whose interval lies there too.</summary>
    public ArmFigure AsShare() => this with { Lower = Math.Max(0, Lower), Upper = Math.Min(1, Upper) };
}

/// <summary>Figures of <see cref="FairnessReport"/>; parity and gaps over groups of at least <see cref="Fairness.SmallestGroup"/> rows.</summary>
public enum FairnessFigure
{
    /// <summary>Smallest over largest favourable share; 1 is equal.</summary>
    ParityRatio,

    /// <summary>Gap of the favourable share; 0 is equal.</summary>
    ParityDifference,

    /// <summary>Gap of the favourable share among the truly good.</summary>
    EqualOpportunity,

    /// <summary>Mean of the gaps among the truly good and the truly bad.</summary>
    AverageOdds,
}

/// <summary>Figures of every arm, and paired differences of those asked for.</summary>
/// <param name="Figures">By arm (as given), then figure; one that does not exist (a fairness gap of one group) is NaN.</param>
/// <param name="Differences">By pair (as given), then figure.</param>
public sealed record ArmStatistics(IReadOnlyList<IReadOnlyList<ArmFigure>> Figures, IReadOnlyList<IReadOnlyList<Difference>> Differences);

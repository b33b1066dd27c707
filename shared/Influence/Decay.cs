using ZiGong.Contracts;

namespace ZiGong.Influence;

/// <summary>How partial scores are weighed over time.</summary>
/// <param name="Gamma">Decay per period, in (0, 1]; 1 is TracInCP.</param>
/// <param name="Clock">Whose age counts.</param>
public sealed record DecayOptions(double Gamma = 1, DecayClock Clock = DecayClock.Checkpoint)
{
    public bool ByCheckpoint => Clock is DecayClock.Checkpoint or DecayClock.Both;

    public bool BySample => Clock is DecayClock.Sample or DecayClock.Both;

    /// <exception cref="InputException">γ is not in (0, 1].</exception>
    public DecayOptions Checked() => Gamma is > 0 and <= 1
        ? this
        : throw new InputException($"Gamma is {Gamma:R}, it must be above 0 and at most 1 (1 = no decay)");
}

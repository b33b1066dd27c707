namespace ZiGong.Testing;

/// <summary>What the seed of a torture becomes in each round, for any seed.</summary>
public static class TortureSeeds
{
    /// <summary>The option Seed of a round's runs, which is never negative.</summary>
    public static long OfRun(ulong seed, int round) => (long)(unchecked((1000 * seed) + (ulong)round) & long.MaxValue);

    /// <summary>The dice of what services do to themselves in a round.</summary>
    public static ulong OfFaults(ulong seed, int round) => unchecked(seed + (ulong)round);
}

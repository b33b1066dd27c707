using ZiGong.Influence.Fidelity;

namespace ZiGong.UnitTests.Influence.Fidelity;

/// <summary>A plan of six training samples, two of them bad, and two reference samples.</summary>
internal static class FidelityScenario
{
    public static readonly FidelitySettings Settings = new() { Seeds = 2, Subsets = 4, LeftOut = 4, Flips = 0.3 };

    public static FidelityPlan Plan(params FidelityMeasure[] measures) => new(
        "simulated",
        "encoding",
        "bad",
        [new AnswerTokens("good", [5, 2]), new AnswerTokens("bad", [6, 2])],
        measures,
        Settings,
        [new PlannedPeriod(1, 3), new PlannedPeriod(2, 3)],
        2,
        DecayIdentified: true,
        [.. Enumerable.Range(0, 6).Select(i => new PlannedSample($"{i:x32}", i is 1 or 4 ? "bad" : "good", [1, 7 + i, 4], i / 3, i / 3.0))],
        [.. Enumerable.Range(6, 2).Select(i => new PlannedSample($"{i:x32}", i == 6 ? "bad" : "good", [1, 7, 4], 0, null))]);
}

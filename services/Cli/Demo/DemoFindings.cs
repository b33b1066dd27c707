using ZiGong.Cli.Scores;
using ZiGong.Credit.Simulation;
using ZiGong.Reports.Scores;

namespace ZiGong.Cli.Demo;

/// <summary>What the scores found, measured against the simulator's truth.</summary>
public sealed record DemoFindings(IReadOnlyList<FlipFigures> Flips, TopShare Top)
{
    /// <param name="truth">By natural key; samples of an earlier simulation, of which it knows nothing, are left out.</param>
    /// <param name="positive">The answer that stands for the bad outcome.</param>
    public static DemoFindings Of(ScoredRun run, IReadOnlyDictionary<string, GroundTruthRow> truth, string positive) => new(
        FlipDetection.Measure(
        [
            .. run.Samples.Where(s => truth.ContainsKey(s.Sample.NaturalKey))
                .Select(s => new JudgedSample(s.Score, s.Losses[^1], s.Sample.Answer, truth[s.Sample.NaturalKey].Flipped)),
        ]),
        TopShare.Of(run.Samples, positive));
}

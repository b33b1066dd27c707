namespace ZiGong.Benchmarks;

/// <summary>One measured comparison, or a figure on its own.</summary>
/// <param name="Name">What was measured.</param>
/// <param name="Baseline">What it is compared with; empty without one.</param>
/// <param name="Ours">Median of ours, in <paramref name="Unit"/>.</param>
/// <param name="Theirs">Median of the baseline; 0 without one.</param>
/// <param name="Unit">More is better, e.g. "samples/s".</param>
/// <param name="Ratio">Median over the interleaved rounds of ours / theirs; 0 without a baseline.</param>
/// <param name="Wanted">The least ratio that is asked for; null where none is.</param>
public sealed record BenchmarkRow(string Name, string Baseline, double Ours, double Theirs, string Unit, double Ratio, double? Wanted);

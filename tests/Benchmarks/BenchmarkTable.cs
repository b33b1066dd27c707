namespace ZiGong.Benchmarks;

/// <summary>Benchmark rows as a table for people.</summary>
public static class BenchmarkTable
{
    public static void Print(IReadOnlyList<BenchmarkRow> rows, TextWriter output)
    {
        output.WriteLine($"{"what",-30} {"ours",10} {"baseline",10} {"unit",-10} {"ratio",6} {"wanted",7}  against");
        foreach (var row in rows)
        {
            output.WriteLine(
                $"{row.Name,-30} {row.Ours,10:N1} {(row.Theirs > 0 ? $"{row.Theirs:N1}" : ""),10} {row.Unit,-10} "
                + $"{(row.Ratio > 0 ? $"{row.Ratio:F2}" : ""),6} {(row.Wanted is { } wanted ? $"{wanted:F2}" : ""),7}  {row.Baseline}");
        }
    }
}

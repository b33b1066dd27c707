using Shouldly;
using Xunit;
using ZiGong.Testing;

namespace ZiGong.UnitTests.Layout;

/// <summary>The build's rule (RCS0056) lets texts and comments that are one long token pass; this holds for them too.</summary>
public sealed class LineTests
{
    private const int Longest = 160;

    [Fact]
    public void No_line_of_code_is_longer_than_the_build_allows()
    {
        var roots = new[] { "infra", "services", "shared", "tests" };
        var files = roots.SelectMany(root => Directory.EnumerateFiles(Path.Combine(Checkout.Root, root), "*.cs", SearchOption.AllDirectories))
            .Where(file => !IsBuilt(Path.GetRelativePath(Checkout.Root, file)));

        files.SelectMany(file => File.ReadLines(file).Select((line, i) => (line.Length, Place: $"{Path.GetRelativePath(Checkout.Root, file)}:{i + 1}")))
            .Where(line => line.Length > Longest)
            .Select(line => line.Place)
            .ShouldBeEmpty();
    }

    private static bool IsBuilt(string path) => path.Split(Path.DirectorySeparatorChar) is var parts && (parts.Contains("obj") || parts.Contains("bin"));
}

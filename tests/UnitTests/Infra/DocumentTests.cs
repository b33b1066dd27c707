using Shouldly;
using Xunit;
using ZiGong.Testing;

namespace ZiGong.UnitTests.Infra;

/// <summary>Documents can be read and lead somewhere.</summary>
public sealed class DocumentTests
{
    private static IEnumerable<string> All =>
        Directory.EnumerateFiles(At("docs"), "*.md", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(Checkout.Root, f))
            .Concat(["README.md", "CONTRIBUTING.md", "CHANGELOG.md"]).Order(StringComparer.Ordinal);

    public static TheoryData<string> Documents => [.. All];

    // What `zigong results` writes has the experiments' own sentences, and lines as long as they are.
    public static TheoryData<string> WrittenByPeople =>
        [.. All.Where(d => !d.StartsWith("docs/results/", StringComparison.Ordinal) || d == "docs/results/fidelity.md")];

    [Theory]
    [MemberData(nameof(WrittenByPeople))]
    public void No_line_outside_tables_is_longer_than_160_characters(string document) =>
        Markdown.LongLines(File.ReadAllText(At(document)), limit: 160).ShouldBeEmpty($"lines of {document}");

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_leads_to_a_file_and_a_heading_that_are_there(string document) =>
        Markdown.Links(File.ReadAllText(At(document))).Where(l => !l.Contains("://", StringComparison.Ordinal)).Where(l => !Leads(document, l))
            .ShouldBeEmpty($"links of {document}");

    private static bool Leads(string document, string link)
    {
        var parts = link.Split('#', 2);
        var file = parts[0].Length == 0 ? At(document) : Path.Combine(Path.GetDirectoryName(At(document))!, parts[0]);
        if (parts.Length == 1)
        {
            return File.Exists(file) || Directory.Exists(file);
        }

        return File.Exists(file) && Markdown.Anchors(File.ReadAllText(file)).Contains(parts[1], StringComparer.Ordinal);
    }

    private static string At(string path) => Path.Combine(Checkout.Root, path);
}

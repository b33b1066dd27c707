using System.Xml.Linq;
using ZiGong.Testing;

namespace ZiGong.UnitTests.Layout;

/// <summary>A project of the checkout and what it names.</summary>
/// <param name="Path">From the root, such as <c>shared/Pipeline/Pipeline.csproj</c>.</param>
internal sealed record ProjectFile(string Path, IReadOnlyList<string> Projects, IReadOnlyList<string> Packages)
{
    private static readonly string[] Roots = ["infra", "services", "shared", "tests"];

    public string Folder { get; } = System.IO.Path.GetDirectoryName(Path)!.Replace('\\', '/');

    public bool IsService => Folder.StartsWith("services/", StringComparison.Ordinal);

    public bool IsShared => Folder.StartsWith("shared/", StringComparison.Ordinal);

    /// <summary>All of the checkout, by their folder.</summary>
    public static IReadOnlyDictionary<string, ProjectFile> All { get; } = Roots
        .SelectMany(root => Directory.EnumerateFiles(System.IO.Path.Combine(Checkout.Root, root), "*.csproj", SearchOption.AllDirectories))
        .Select(Read)
        .ToDictionary(p => p.Folder, StringComparer.Ordinal);

    /// <summary>Folders of the projects that this one's build brings along, itself among them.</summary>
    public IReadOnlySet<string> Reach()
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([Folder]);
        while (open.TryPop(out var next))
        {
            if (reached.Add(next))
            {
                foreach (var project in All[next].Projects)
                {
                    open.Push(project);
                }
            }
        }

        return reached;
    }

    private static ProjectFile Read(string path)
    {
        var document = XDocument.Load(path);
        var folder = System.IO.Path.GetDirectoryName(path)!;
        string[] Of(string element) => [.. document.Descendants(element).Select(e => e.Attribute("Include")!.Value)];
        return new ProjectFile(
            Relative(path),
            [.. Of("ProjectReference").Select(p => Relative(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(p, folder))!))],
            Of("PackageReference"));
    }

    private static string Relative(string path) => System.IO.Path.GetRelativePath(Checkout.Root, path).Replace('\\', '/');
}

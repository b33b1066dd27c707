namespace ZiGong.Testing;

/// <summary>
/// The real data and reference numbers that lie beside a checkout (<c>../shared/data</c>) and never inside it.
/// Absent in a public clone: tests are then skipped with a reason, unless <c>ZIGONG_REQUIRE_DATA=1</c>.
/// </summary>
public static class SharedData
{
    private static readonly Lazy<string?> Folder = new(Find);

    public static bool Available => Folder.Value is not null || Required;

    private static bool Required => Environment.GetEnvironmentVariable("ZIGONG_REQUIRE_DATA") == "1";

    /// <summary>Full path of a file or folder of the shared data.</summary>
    /// <exception cref="FileNotFoundException">The data is not there; use <see cref="SharedDataFactAttribute"/> to skip instead.</exception>
    public static string Require(string relative)
    {
        var path = Path.Combine(Folder.Value ?? throw new FileNotFoundException("no ../shared/data beside the checkout"), relative);
        return File.Exists(path) || Directory.Exists(path) ? path : throw new FileNotFoundException("missing in the shared data", path);
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("ZIGONG_SHARED_DATA") is { Length: > 0 } given)
        {
            return given;
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data", "README.md");
            if (File.Exists(candidate))
            {
                return Path.GetDirectoryName(candidate);
            }
        }

        return null;
    }
}

/// <summary>A test that needs the shared data: skipped with a reason in a checkout that has none.</summary>
public sealed class SharedDataFactAttribute : Xunit.FactAttribute
{
    public SharedDataFactAttribute()
    {
        if (!SharedData.Available)
        {
            Skip = "needs ../shared/data beside the checkout";
        }
    }
}

/// <summary>The same for a test with several cases.</summary>
public sealed class SharedDataTheoryAttribute : Xunit.TheoryAttribute
{
    public SharedDataTheoryAttribute() => Skip = new SharedDataFactAttribute().Skip;
}

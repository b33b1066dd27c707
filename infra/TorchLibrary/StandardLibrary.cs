using System.Text;

namespace ZiGong.TorchLibrary;

/// <summary>The C++ standard library that this process runs on, which is the one that libtorch gets.</summary>
/// <param name="Path">Its file.</param>
/// <param name="Has">Whether it defines a symbol version, e.g. GLIBCXX_3.4.32.</param>
public sealed record StandardLibrary(string Path, Predicate<string> Has)
{
    private const string Maps = "/proc/self/maps";

    /// <summary>.NET itself stands on it, so it is among what is mapped; null where it is not, as on other systems.</summary>
    public static StandardLibrary? Find()
    {
        var path = File.Exists(Maps)
            ? File.ReadLines(Maps).Select(line => line[(line.LastIndexOf(' ') + 1)..])
                .FirstOrDefault(p => p.Contains("/libstdc++.so.6", StringComparison.Ordinal))
            : null;
        return path is null || !File.Exists(path) ? null : new StandardLibrary(path, version => Defines(File.ReadAllBytes(path), version));
    }

    /// <summary>Whether a library's string table holds the name of a version, whole.</summary>
    public static bool Defines(ReadOnlySpan<byte> library, string version) => library.IndexOf(Encoding.ASCII.GetBytes($"\0{version}\0")) >= 0;
}

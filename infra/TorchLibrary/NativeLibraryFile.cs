using System.Security.Cryptography;

namespace ZiGong.TorchLibrary;

/// <summary>How TorchSharp's native part stands to this machine's C++ standard library.</summary>
public enum LibraryState
{
    /// <summary>The package's file, on a standard library that has what it asks for.</summary>
    AsPackaged,

    /// <summary>The copy that asks less; it loads anywhere.</summary>
    Relaxed,

    /// <summary>The package's file, on a standard library too old for it.</summary>
    Refused,

    /// <summary>Neither of the two, on a standard library too old for the package's.</summary>
    Unknown,
}

/// <summary>
/// TorchSharp's libLibTorchSharp.so asks for symbol version GLIBCXX_3.4.32 (libstdc++ 13), which Debian 12 (3.4.30) lacks, for a symbol that no
/// relocation takes. A copy whose need is marked weak loads there. Where the library loads as it is, nothing is touched.
/// </summary>
public static class NativeLibraryFile
{
    public const string Name = "libLibTorchSharp.so";
    public const string Version = "GLIBCXX_3.4.32";
    public const string Package = "TorchSharp 0.107.0";

    private const string Packaged = "cf33b1b0bb6bbb9754a768fb5c5d04d9f498603be50e73f55621a0b40ee608b8";
    private const string Relaxed = "5968efac8270eff8a2b5ca7381612ea9cc54d81cf4104a54e0e6106b7b5f11e3";

    /// <summary>What lies in a program's folder, on this machine.</summary>
    public static LibraryState Beside(string folder)
    {
        var file = Path.Combine(folder, "runtimes", "linux-x64", "native", Name);
        file = File.Exists(file) ? file : Path.Combine(folder, Name);
        return File.Exists(file) ? StateOf(file, StandardLibrary.Find()) : LibraryState.AsPackaged;
    }

    /// <summary>What a file is.</summary>
    /// <param name="library">Of the system; null where none is known, as on other systems than Linux.</param>
    public static LibraryState StateOf(string file, StandardLibrary? library) => StateOf(HashOf(File.ReadAllBytes(file)), library?.Has(Version) ?? true);

    /// <param name="hash">SHA-256 of the file.</param>
    /// <param name="hasVersion">Whether the standard library has what the package's file asks for.</param>
    public static LibraryState StateOf(string hash, bool hasVersion) => (hash, hasVersion) switch
    {
        (Relaxed, _) => LibraryState.Relaxed,
        (_, true) => LibraryState.AsPackaged,
        (Packaged, false) => LibraryState.Refused,
        _ => LibraryState.Unknown,
    };

    public static string Describe(LibraryState state) => state switch
    {
        LibraryState.AsPackaged => $"{Name} is used as packaged",
        LibraryState.Relaxed => $"{Name} is a copy that does without {Version}, which this machine's libstdc++ may lack",
        LibraryState.Refused => $"{Name} asks for {Version} (libstdc++ 13), which this machine's libstdc++ lacks: build again on this machine",
        _ => $"{Name} is not {Package}'s, and this machine's libstdc++ lacks {Version}",
    };

    /// <summary>Replaces the package's file by the relaxed copy where the standard library is too old for it.</summary>
    /// <returns>What the file is afterwards.</returns>
    /// <exception cref="InvalidDataException">The library is too old and the file is not the one that is known.</exception>
    public static LibraryState Prepare(string file, StandardLibrary? library)
    {
        switch (StateOf(file, library))
        {
            case LibraryState.Refused:
                Replace(file, Relax(File.ReadAllBytes(file)));
                return LibraryState.Relaxed;
            case LibraryState.Unknown:
                throw new InvalidDataException(
                    $"this is not the {Name} of {Package} (its SHA-256 is {HashOf(File.ReadAllBytes(file))}), "
                    + $"and {library?.Path} lacks {Version}, which it may ask for. "
                    + "Use that version, or a system with libstdc++ 13 or newer (Debian 13, Ubuntu 24.04).");
            case var state:
                return state;
        }
    }

    /// <summary>The same library with its need marked weak: one number changes.</summary>
    /// <exception cref="InvalidDataException">It has no such need, or a relocation takes such a symbol, so that it could not do without.</exception>
    public static byte[] Relax(byte[] library)
    {
        if (VersionNeeds.Find(library, Version) is not { } need || VersionNeeds.Uses(library, need.Index) > 0)
        {
            throw new InvalidDataException($"no need of {Version} that could be dropped");
        }

        var relaxed = (byte[])library.Clone();
        relaxed[need.FlagsAt] |= (byte)VersionNeeds.Weak;
        return relaxed;
    }

    public static string HashOf(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));

    /// <summary>
    /// By another file's name: this one may be a hard link to the package, which nobody may write to. Its times
    /// stay, so that the build leaves it alone.
    /// </summary>
    private static void Replace(string file, byte[] content)
    {
        var written = $"{file}.{Environment.ProcessId}";
        File.WriteAllBytes(written, content);
        File.SetLastWriteTimeUtc(written, File.GetLastWriteTimeUtc(file));
        File.Move(written, file, overwrite: true);
    }
}

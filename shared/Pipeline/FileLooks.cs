using System.Runtime.InteropServices;

namespace ZiGong.Pipeline;

/// <summary>
/// A file's size and times, with what tells a file from another in its place: on Linux its number and the time of
/// its last change, which nobody can set back.
/// </summary>
internal static partial class FileLooks
{
    private const int CurrentFolder = -100; // AT_FDCWD
    private const uint BasicFields = 0x7ff; // STATX_BASIC_STATS

    public static string Of(string path)
    {
        var info = new FileInfo(path);
        return $"{info.Length} {info.LastWriteTimeUtc.Ticks} {(OperatingSystem.IsLinux() ? Identity(path) : "")}";
    }

    private static string Identity(string path)
    {
        try
        {
            return Statx(CurrentFolder, path, 0, BasicFields, out var found) == 0 ? $"{found.Number} {found.ChangedSeconds}.{found.ChangedNanoseconds}" : "";
        }
        catch (EntryPointNotFoundException)
        {
            // A C library from before 2018: size and time have to do.
            return "";
        }
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int folder, string path, int flags, uint fields, out Found found);

    /// <summary>Of struct statx, the same on every architecture, what is used here.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Found
    {
        [FieldOffset(32)]
        public ulong Number;

        [FieldOffset(96)]
        public long ChangedSeconds;

        [FieldOffset(104)]
        public uint ChangedNanoseconds;
    }
}

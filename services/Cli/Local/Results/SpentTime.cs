using System.Globalization;

namespace ZiGong.Cli.Local.Results;

/// <summary>
/// Seconds that a table has taken, those of measurements that were stopped included. A table that was finished and is measured anew, by other code,
/// begins at 0.
/// </summary>
/// <param name="file">Keeps them while it is not finished; then the file <c>.done</c> beside it does.</param>
internal sealed class SpentTime(string file)
{
    private readonly string _done = $"{file}.done";

    public long SoFar => Read(file) ?? 0;

    /// <summary>Null where it is not finished.</summary>
    public long? Finished => Read(_done);

    /// <param name="foundAll">Finding everything again is no measuring.</param>
    public void Add(long seconds, bool foundAll)
    {
        if (foundAll && File.Exists(_done))
        {
            return;
        }

        var before = SoFar;
        File.Delete(_done);
        File.WriteAllText(file, (before + seconds).ToString(CultureInfo.InvariantCulture));
    }

    public void Finish()
    {
        if (File.Exists(file))
        {
            File.Move(file, _done, overwrite: true);
        }
    }

    private static long? Read(string from) => File.Exists(from) ? long.Parse(File.ReadAllText(from).Trim(), CultureInfo.InvariantCulture) : null;
}

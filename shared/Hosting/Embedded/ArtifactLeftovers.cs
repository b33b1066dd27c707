namespace ZiGong.Hosting.Embedded;

/// <summary>Temporary files of writers that were killed: nobody else removes them.</summary>
public static class ArtifactLeftovers
{
    // Far longer than any artifact takes to write, so that a writer at work never loses its file.
    private static readonly TimeSpan Old = TimeSpan.FromDays(1);

    /// <param name="artifacts">Root of the artifact store.</param>
    public static void Delete(string artifacts, DateTimeOffset now)
    {
        var folder = new DirectoryInfo(Path.Combine(artifacts, "tmp"));
        if (!folder.Exists)
        {
            return;
        }

        foreach (var entry in folder.EnumerateFileSystemInfos().Where(e => e.LastWriteTimeUtc < now.UtcDateTime - Old))
        {
            try
            {
                if (entry is DirectoryInfo directory)
                {
                    directory.Delete(recursive: true);
                }
                else
                {
                    entry.Delete();
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Gone by now, or somebody else's: they only take space, and the work must not wait for them.
            }
        }
    }
}

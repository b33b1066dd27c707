using ZiGong.Testing;

namespace ZiGong.SystemTests.Torture;

/// <summary>A small file system in memory under a folder, so that it can be full without harm. Needs root; without, it is never full.</summary>
internal sealed class DiskOfItsOwn : IDisposable
{
    private const int Megabytes = 512;
    private readonly string _folder;
    private readonly bool _mounted;

    public DiskOfItsOwn(string folder)
    {
        _folder = Directory.CreateDirectory(folder).FullName;
        _mounted = Environment.UserName == "root" && Shell.Try("mount", ["-t", "tmpfs", "-o", $"size={Megabytes}m", "tmpfs", _folder]).ExitCode == 0;
    }

    /// <returns>False where it cannot be full.</returns>
    public async Task<bool> FullForAsync(TimeSpan time)
    {
        if (!_mounted)
        {
            return false;
        }

        var filler = Path.Combine(_folder, "filler");
        try
        {
            await using var file = File.Create(filler);
            var block = new byte[1 << 16];
            while (true)
            {
                await file.WriteAsync(block);
                await file.FlushAsync();
            }
        }
        catch (IOException)
        {
            // Full.
        }

        await Task.Delay(time);
        File.Delete(filler);
        return true;
    }

    public void Dispose()
    {
        if (_mounted)
        {
            Shell.Run("umount", ["-l", _folder]);
        }
    }
}

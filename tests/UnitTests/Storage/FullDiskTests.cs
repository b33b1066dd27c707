using Shouldly;
using Xunit;
using ZiGong.Pipeline.Api;
using ZiGong.Storage;
using ZiGong.Testing;

namespace ZiGong.UnitTests.Storage;

/// <summary>A file system of 256 KiB. Mounting one needs root.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("zigong-full-").FullName;

    public void Dispose()
    {
        Shell.Try("umount", [_root]);
        Directory.Delete(_root, recursive: true);
    }

    [SmallDiskFact]
    public async Task A_full_disk_is_said_clearly_and_leaves_nothing_half_written()
    {
        Mount();
        var store = new ArtifactStore(_root);
        var kept = await store.PutAsync(new byte[1000], default);

        var e = await Should.ThrowAsync<IOException>(() => store.PutAsync(new byte[1 << 20], default));

        e.Message.ShouldBe($"the artifact store {_root} has no space left: free some, then resume the run");
        Directory.GetFiles(Path.Combine(_root, "files"), "*", SearchOption.AllDirectories).Select(Path.GetFileName).ShouldBe([kept]);
        Directory.GetFiles(Path.Combine(_root, "tmp")).ShouldBeEmpty();
        (await store.HasAsync(await store.PutAsync(new byte[2000], default), default)).ShouldBeTrue("the space of the failed attempt is free again");
    }

    [SmallDiskFact]
    public async Task A_folder_that_does_not_fit_leaves_nothing_either()
    {
        Mount();
        var store = new ArtifactStore(_root);
        var source = Directory.CreateTempSubdirectory("zigong-adapter-").FullName;
        await File.WriteAllBytesAsync(Path.Combine(source, "a.safetensors"), new byte[100_000]);
        await File.WriteAllBytesAsync(Path.Combine(source, "b.safetensors"), new byte[400_000]);

        (await Should.ThrowAsync<IOException>(() => store.PutFolderAsync(source, default))).Message.ShouldContain("has no space left");

        Directory.EnumerateFileSystemEntries(_root).Select(Path.GetFileName).ShouldNotContain("folders");
        Directory.GetFileSystemEntries(Path.Combine(_root, "tmp")).ShouldBeEmpty();
        Directory.Delete(source, recursive: true);
    }

    private void Mount() => Shell.Run("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", _root]);

    private sealed class SmallDiskFactAttribute : FactAttribute
    {
        private static readonly Lazy<string?> Reason = new(Try);

        public SmallDiskFactAttribute() => Skip = Reason.Value;

        private static string? Try()
        {
            if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
            {
                return "needs root on Linux, to mount a small file system";
            }

            var folder = Directory.CreateTempSubdirectory("zigong-mount-").FullName;
            var mounted = Shell.Try("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder]);
            Shell.Try("umount", [folder]);
            Directory.Delete(folder, recursive: true);
            return mounted.ExitCode == 0 ? null : $"file systems cannot be mounted here: {mounted.Errors.Trim()}";
        }
    }
}

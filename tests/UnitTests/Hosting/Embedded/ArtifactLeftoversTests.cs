using Shouldly;
using Xunit;
using ZiGong.Cli.Hosting;
using ZiGong.Hosting.Embedded;

namespace ZiGong.UnitTests.Hosting.Embedded;

public sealed class ArtifactLeftoversTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_a_kill_left_more_than_a_day_ago_is_deleted_and_nothing_else()
    {
        var store = Directory.CreateTempSubdirectory("zigong-store-").FullName;
        Write("tmp/old", TimeSpan.FromHours(25));
        Write("tmp/being-written", TimeSpan.FromHours(23));
        Write("files/ab/artifact", TimeSpan.FromDays(900));
        Write("tmp/old-folder/model.safetensors", TimeSpan.FromDays(2));
        Directory.SetLastWriteTimeUtc(Path.Combine(store, "tmp", "old-folder"), (Now - TimeSpan.FromDays(2)).UtcDateTime);

        ArtifactLeftovers.Delete(store, Now);

        Directory.EnumerateFiles(store, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(store, f)).Order()
            .ShouldBe(["files/ab/artifact", "tmp/being-written"]);
        Directory.Exists(Path.Combine(store, "tmp", "old-folder")).ShouldBeFalse();
        Directory.Delete(store, recursive: true);

        void Write(string name, TimeSpan age)
        {
            var path = Path.Combine(store, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, "x");
            File.SetLastWriteTimeUtc(path, (Now - age).UtcDateTime);
        }
    }

    [Fact]
    public void A_store_that_nothing_was_written_to_is_left_alone() =>
        Should.NotThrow(() => ArtifactLeftovers.Delete(Path.Combine(Path.GetTempPath(), $"zigong-{Guid.CreateVersion7():N}"), Now));
}

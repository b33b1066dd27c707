using Shouldly;
using Xunit;
using ZiGong.AllInOne.Fidelity;
using ZiGong.Cli.Experiments.Fidelity;

namespace ZiGong.UnitTests.AllInOne.Fidelity;

public sealed class KeyedResultsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("zigong-keyed-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_put_is_found_again_and_only_under_its_key()
    {
        var results = new KeyedResults(_folder);
        await results.PutAsync("a", [1, 2, 3], default);
        await results.PutAsync("empty", [], default);
        (await new KeyedResults(_folder).FindAsync("a", default)).ShouldBe([1, 2, 3]);
        (await results.FindAsync("empty", default)).ShouldBe([]);
        (await results.FindAsync("b", default)).ShouldBeNull();
        Directory.EnumerateFiles(_folder).Count().ShouldBe(2, "no temporary file stays");
    }

    [Theory]
    [InlineData(40)]
    [InlineData(0)]
    [InlineData(10)]
    public async Task A_damaged_or_shortened_file_counts_as_absent(int length)
    {
        var results = new KeyedResults(_folder);
        await results.PutAsync("a", [.. Enumerable.Range(0, 20).Select(i => (byte)i)], default);
        var bytes = await File.ReadAllBytesAsync(results.PathOf("a"));
        bytes[^13] ^= 1;
        await File.WriteAllBytesAsync(results.PathOf("a"), bytes[..length]);
        (await results.FindAsync("a", default)).ShouldBeNull();
    }
}

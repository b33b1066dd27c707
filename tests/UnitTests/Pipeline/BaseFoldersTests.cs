using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Pipeline;

namespace ZiGong.UnitTests.Pipeline;

/// <summary>A given base is named by what its files hold.</summary>
public sealed class BaseFoldersTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("zigong-bases-").FullName;
    private readonly string _base;
    private readonly string _memory;

    public BaseFoldersTests()
    {
        _memory = Path.Combine(_root, "memory");
        _base = Make("base");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task Neither_a_files_time_nor_the_folders_place_changes_the_name()
    {
        var name = await NameAsync(_base);
        File.SetLastWriteTimeUtc(Path.Combine(_base, "model.safetensors"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        (await NameAsync(_base)).ShouldBe(name);
        (await NameAsync(Make("copy"))).ShouldBe(name);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.model")]
    [InlineData("model.safetensors")]
    public async Task Another_byte_in_a_file_is_another_name_also_with_the_same_size_and_time(string file)
    {
        var name = await NameAsync(_base);
        var path = Path.Combine(_base, file);
        var (time, bytes) = (File.GetLastWriteTimeUtc(path), await File.ReadAllBytesAsync(path));
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        File.SetLastWriteTimeUtc(path, time);
        (await NameAsync(_base)).ShouldNotBe(name);
    }

    [Fact]
    public async Task Files_that_the_model_is_not_read_from_do_not_count()
    {
        var name = await NameAsync(_base);
        File.WriteAllText(Path.Combine(_base, "README.md"), "a model");
        File.WriteAllText(Path.Combine(_base, "consolidated.safetensors"), "the same weights once more");
        (await NameAsync(_base)).ShouldBe(name);
    }

    [Fact]
    public async Task Shards_count_as_their_index_lists_them()
    {
        File.Delete(Path.Combine(_base, "model.safetensors"));
        File.WriteAllText(
            Path.Combine(_base, "model.safetensors.index.json"),
            """{"weight_map": {"a": "one.safetensors", "b": "two.safetensors", "c": "one.safetensors"}}""");
        File.WriteAllText(Path.Combine(_base, "one.safetensors"), "1");
        Complaint(_base).ShouldContain("two.safetensors");
        File.WriteAllText(Path.Combine(_base, "two.safetensors"), "2");
        var name = await NameAsync(_base);
        File.WriteAllText(Path.Combine(_base, "two.safetensors"), "3");
        (await NameAsync(_base)).ShouldNotBe(name);
    }

    [Fact]
    public async Task What_was_read_once_is_not_read_again_by_this_process_or_another()
    {
        var name = await NameAsync(_base);
        var note = Directory.EnumerateFiles(_memory).ShouldHaveSingleItem();
        File.ReadAllLines(note).ShouldBe([name, _base]);

        // Whoever read the files would not find this.
        var other = new string('e', 64);
        File.WriteAllLines(note, [other, _base]);
        (await NameAsync(_base)).ShouldBe(other);
    }

    [Fact]
    public void What_is_missing_is_named()
    {
        Complaint(Path.Combine(_root, "none")).ShouldContain("there is no such folder");
        File.Delete(Path.Combine(_base, "config.json"));
        Complaint(_base).ShouldContain("config.json");
    }

    private string Complaint(string folder) => Should.Throw<InputException>(() => NameAsync(folder)).Message;

    /// <summary>As a process that has just started asks.</summary>
    private async Task<string> NameAsync(string folder)
    {
        using var folders = new BaseFolders(_memory);
        return await folders.ContentAsync(folder, default);
    }

    private string Make(string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, name)).FullName;
        File.WriteAllText(Path.Combine(folder, "config.json"), """{"model_type": "mistral"}""");
        File.WriteAllText(Path.Combine(folder, "tokenizer.model"), "pieces");
        File.WriteAllText(Path.Combine(folder, "model.safetensors"), "weights");
        return folder;
    }
}

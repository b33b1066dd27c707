using System.Text;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Storage;

namespace ZiGong.UnitTests.Storage;

public sealed class ArtifactStoreTests : IDisposable
{
    private static readonly byte[] Content = Encoding.UTF8.GetBytes("gradients of 1,024 samples");
    private readonly string _root = Directory.CreateTempSubdirectory("zigong-artifacts-").FullName;
    private readonly ArtifactStore _store;

    public ArtifactStoreTests() => _store = new ArtifactStore(_root);

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task An_artifact_is_named_by_its_content_and_comes_back_whole()
    {
        var hash = await _store.PutAsync(Content, default);
        hash.ShouldBe(ContentHash.Of(Content));
        (await File.ReadAllBytesAsync(await _store.RequireAsync(hash, default))).ShouldBe(Content);
        Temporaries().ShouldBeEmpty();
    }

    [Fact]
    public async Task An_upload_goes_without_the_artifact_of_the_same_bytes()
    {
        var (upload, artifact) = (new Guid(1, 2, 3, new byte[8]), await _store.PutAsync(Content, default));
        (await _store.PutUploadAsync(upload, (file, token) => file.WriteAsync(Content, token).AsTask(), default)).ShouldBe(artifact);
        (await File.ReadAllBytesAsync(await _store.RequireUploadAsync(upload, artifact, default))).ShouldBe(Content);

        _store.RemoveUpload(upload);
        _store.RemoveUpload(upload);

        await Should.ThrowAsync<DamagedArtifactException>(() => _store.RequireUploadAsync(upload, artifact, default));
        (await _store.VerifyAsync(artifact, default)).ShouldBeTrue();
        Temporaries().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_damaged_upload_is_found_out()
    {
        var upload = new Guid(1, 2, 3, new byte[8]);
        var hash = await _store.PutUploadAsync(upload, (file, token) => file.WriteAsync(Content, token).AsTask(), default);
        await File.AppendAllTextAsync(await _store.RequireUploadAsync(upload, hash, default), "x");
        await Should.ThrowAsync<DamagedArtifactException>(() => _store.RequireUploadAsync(upload, hash, default));
    }

    [Fact]
    public async Task The_same_content_twice_is_one_file()
    {
        (await _store.PutAsync(Content, default)).ShouldBe(await _store.PutAsync(Content, default));
        Files().Length.ShouldBe(1);
    }

    [Fact]
    public async Task A_file_that_was_seen_whole_is_read_anew_for_whoever_suspects_damage()
    {
        var hash = await _store.PutAsync(Content, default);
        var path = await _store.RequireAsync(hash, default);
        var written = File.GetLastWriteTimeUtc(path);
        await File.WriteAllBytesAsync(path, [.. Content.Select((b, i) => i == 3 ? (byte)(b ^ 1) : b)]);
        File.SetLastWriteTimeUtc(path, written);
        (await _store.HasAsync(hash, default)).ShouldBeTrue("length and time are as they were");
        (await _store.VerifyAsync(hash, default)).ShouldBeFalse();
        (await _store.HasAsync(hash, default)).ShouldBeFalse("now it knows");
    }

    [Fact]
    public async Task Many_writers_of_one_content_leave_one_whole_file()
    {
        var hashes = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => _store.PutAsync(Content, default))));
        hashes.Distinct().Count().ShouldBe(1);
        (await new ArtifactStore(_root).HasAsync(hashes[0], default)).ShouldBeTrue();
        Temporaries().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_writer_that_fails_half_way_leaves_nothing()
    {
        await Should.ThrowAsync<InvalidOperationException>(() => _store.PutAsync(
            async (stream, ct) =>
            {
                await stream.WriteAsync(Content.AsMemory(0, 5), ct);
                await stream.FlushAsync(ct);
                throw new InvalidOperationException("the model diverged");
            },
            default));
        Files().ShouldBeEmpty();
        Temporaries().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_killed_process_was_writing_is_not_an_artifact()
    {
        // A kill between writing and renaming leaves the bytes under a temporary name.
        await File.WriteAllBytesAsync(Path.Combine(_root, "tmp", "left-behind"), Content);
        (await new ArtifactStore(_root).HasAsync(ContentHash.Of(Content), default)).ShouldBeFalse();
        (await _store.PutAsync(Content, default)).ShouldBe(ContentHash.Of(Content));
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("flipped")]
    [InlineData("empty")]
    [InlineData("longer")]
    [InlineData("gone")]
    public async Task A_damaged_artifact_counts_as_absent_and_can_be_written_again(string damage)
    {
        var hash = await _store.PutAsync(Content, default);
        Damage(Files().Single(), damage);
        foreach (var store in new[] { _store, new ArtifactStore(_root) })
        {
            (await store.HasAsync(hash, default)).ShouldBeFalse();
            var e = await Should.ThrowAsync<DamagedArtifactException>(() => store.RequireAsync(hash, default));
            e.Hash.ShouldBe(hash);
            e.Message.ShouldContain(hash);
        }

        await _store.PutAsync(Content, default);
        (await File.ReadAllBytesAsync(await new ArtifactStore(_root).RequireAsync(hash, default))).ShouldBe(Content);
    }

    [Fact]
    public async Task A_folder_lies_beside_its_manifest_as_other_tools_expect_it()
    {
        var hash = await _store.PutFolderAsync(Adapter(), default);
        var folder = await _store.RequireFolderAsync(hash, default);
        (await File.ReadAllTextAsync(Path.Combine(folder, "adapter_config.json"))).ShouldBe("{}");
        new Uri(_store.FolderUri(hash).AbsoluteUri).LocalPath.ShouldBe(folder);
        (await _store.PutFolderAsync(Adapter(), default)).ShouldBe(hash);
    }

    [Fact]
    public async Task A_folders_name_depends_on_its_files_names_and_contents_alone()
    {
        var hash = await _store.PutFolderAsync(Adapter(), default);
        (await _store.PutFolderAsync(Adapter(weights: "other"), default)).ShouldNotBe(hash);
        (await _store.PutFolderAsync(Adapter(weightsName: "model.safetensors"), default)).ShouldNotBe(hash);
        var elsewhere = Directory.CreateTempSubdirectory("zigong-artifacts-").FullName;
        (await new ArtifactStore(elsewhere).PutFolderAsync(Adapter(), default)).ShouldBe(hash);
        Directory.Delete(elsewhere, recursive: true);
    }

    [Theory]
    [InlineData("truncated")]
    [InlineData("flipped")]
    [InlineData("gone")]
    public async Task A_folder_with_one_damaged_file_counts_as_absent_and_is_replaced(string damage)
    {
        foreach (var name in new[] { "adapter_model.safetensors", "adapter_config.json", "manifest.json" })
        {
            var hash = await _store.PutFolderAsync(Adapter(), default);
            Damage(Path.Combine(_store.FolderPath(hash), name), damage);
            (await _store.HasFolderAsync(hash, default)).ShouldBeFalse(name);
            await Should.ThrowAsync<DamagedArtifactException>(() => _store.RequireFolderAsync(hash, default));
            await _store.PutFolderAsync(Adapter(), default);
            (await new ArtifactStore(_root).HasFolderAsync(hash, default)).ShouldBeTrue(name);
        }

        Temporaries().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("../../etc/passwd")]
    [InlineData("")]
    [InlineData("ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789")]
    [InlineData("../4567890123456789012345678901234567890123456789012345678901234")]
    public async Task Nothing_but_a_hash_becomes_part_of_a_path(string name)
    {
        await Should.ThrowAsync<ArgumentException>(() => _store.HasAsync(name, default));
        await Should.ThrowAsync<ArgumentException>(() => _store.RequireAsync(name, default));
        await Should.ThrowAsync<ArgumentException>(() => _store.HasFolderAsync(name, default));
        Should.Throw<ArgumentException>(() => _store.FolderPath(name));
    }

    private string Adapter(string weights = "weights", string weightsName = "adapter_model.safetensors")
    {
        var folder = Directory.CreateDirectory(Path.Combine(_root, $"source-{Guid.CreateVersion7():N}")).FullName;
        File.WriteAllText(Path.Combine(folder, weightsName), weights);
        File.WriteAllText(Path.Combine(folder, "adapter_config.json"), "{}");
        return folder;
    }

    private static void Damage(string path, string damage)
    {
        var bytes = File.ReadAllBytes(path);
        switch (damage)
        {
            case "truncated":
                File.WriteAllBytes(path, bytes[..^1]);
                break;
            case "flipped":
                bytes[bytes.Length / 2] ^= 1;
                File.WriteAllBytes(path, bytes);
                break;
            case "empty":
                File.WriteAllBytes(path, []);
                break;
            case "longer":
                File.AppendAllText(path, "x");
                break;
            default:
                File.Delete(path);
                break;
        }
    }

    private string[] Files() =>
        Directory.Exists(Path.Combine(_root, "files")) ? Directory.GetFiles(Path.Combine(_root, "files"), "*", SearchOption.AllDirectories) : [];

    private string[] Temporaries() => Directory.GetFileSystemEntries(Path.Combine(_root, "tmp"));
}

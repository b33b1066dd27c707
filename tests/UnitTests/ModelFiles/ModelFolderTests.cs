using System.Runtime.InteropServices;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.ModelFiles;
using ZiGong.UnitTests.Mistral;

namespace ZiGong.UnitTests.ModelFiles;

/// <summary>Which files of a folder shape a model, and numbers of a file without any tensor library.</summary>
public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_file_of_weights_goes_before_shards_and_what_else_lies_there_does_not_count()
    {
        Touch("config.json", "model.safetensors", "README.md", "tokenizer.json", "optimizer.pt");
        Files().ShouldBe(["config.json", "model.safetensors"]);

        Touch("tokenizer.model");
        Index("""{"weight_map":{"a":"model-1.safetensors"}}""");
        Files().ShouldBe(["config.json", "tokenizer.model", "model.safetensors"]);
    }

    [Fact]
    public void Shards_are_listed_once_each_in_order()
    {
        Touch("config.json", "model-2.safetensors", "model-1.safetensors");
        Index("""{"metadata":{},"weight_map":{"b":"model-2.safetensors","a":"model-1.safetensors","c":"model-2.safetensors"}}""");

        Files().ShouldBe(["config.json", "model.safetensors.index.json", "model-1.safetensors", "model-2.safetensors"]);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"model-3.safetensors"}}""", "model-3.safetensors")]
    [InlineData("""{"weight_map":{"a":"../../etc/passwd"}}""", "passwd")]
    [InlineData("""{"weight_map":{"a":"/etc/hostname"}}""", "/etc/hostname")]
    public void A_shard_that_is_not_there_or_lies_elsewhere_is_refused(string index, string named)
    {
        Touch("config.json");
        Index(index);

        Should.Throw<InputException>(Files).Message.ShouldSatisfyAllConditions(
            m => m.ShouldContain(named), m => m.ShouldContain("there is no such file; a model folder in Hugging Face layout has it"));
    }

    [Fact]
    public void What_is_missing_is_named_with_its_path()
    {
        Should.Throw<InputException>(() => ModelFolder.Files(_folder.File("none"))).Message.ShouldBe($"{_folder.File("none")}: there is no such folder.");
        Touch("config.json");
        Should.Throw<InputException>(Files).Message.ShouldStartWith($"{_folder.File("model.safetensors")}: there is no such file");
        Should.Throw<InputException>(() => ModelFolder.ReadTokenizer(_folder.Path)).Message
            .ShouldBe($"{_folder.File("tokenizer.model")}: there is no such file. Put the model's SentencePiece file there.");
        Touch("tokenizer.json");
        Should.Throw<InputException>(() => ModelFolder.ReadTokenizer(_folder.Path)).Message.ShouldContain("tokenizer.json alone is not enough");
    }

    [Fact]
    public void Numbers_are_read_tensor_by_tensor_in_whatever_order()
    {
        var path = Write(("b", [1, 2, 3]), ("a", [-0.5f, float.MaxValue]), ("empty", []));
        using var file = new SafetensorsNumbers(path);
        var entries = file.Entries.ToDictionary(e => e.Name, StringComparer.Ordinal);

        file.Read(entries["a"]).ShouldBe([-0.5f, float.MaxValue]);
        file.Read(entries["b"]).ShouldBe([1, 2, 3]);
        file.Read(entries["b"]).ShouldBe([1, 2, 3]);
        file.Read(entries["empty"]).ShouldBeEmpty();
        entries["b"].ShapeText.ShouldBe("[3]");
    }

    [Fact]
    public void A_tensor_of_another_type_and_a_missing_file_are_refused()
    {
        var path = _folder.File("half.safetensors");
        File.WriteAllBytes(path, [.. SafetensorsHeader.Write([new SafetensorsEntry("h", "F16", [2], 0, 4)], new Dictionary<string, string>()), 0, 0, 0, 0]);
        using var file = new SafetensorsNumbers(path);

        Should.Throw<InputException>(() => file.Read(file.Entries[0])).Message.ShouldBe($"{path}: tensor h is stored as F16, but F32 is expected.");
        Should.Throw<InputException>(() => new SafetensorsNumbers(_folder.File("none"))).Message.ShouldBe($"{_folder.File("none")}: there is no such file.");
    }

    [Fact]
    public void A_file_that_is_cut_while_it_is_read_is_noticed()
    {
        var path = Write(("a", [.. Enumerable.Range(0, 1000).Select(i => (float)i)]));
        using var file = new SafetensorsNumbers(path);
        using (var other = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            other.SetLength(other.Length - 400);
        }

        Should.Throw<InputException>(() => file.Read(file.Entries[0])).Message.ShouldContain(
            "the file ended inside tensor a; it was changed while it was read");
    }

    private IReadOnlyList<string> Files() => ModelFolder.Files(_folder.Path);

    private void Index(string json) => File.WriteAllText(_folder.File("model.safetensors.index.json"), json);

    private void Touch(params string[] names)
    {
        foreach (var name in names)
        {
            File.WriteAllText(_folder.File(name), "");
        }
    }

    private string Write(params (string Name, float[] Values)[] tensors)
    {
        var (entries, at) = (new List<SafetensorsEntry>(), 0L);
        foreach (var (name, values) in tensors)
        {
            entries.Add(new SafetensorsEntry(name, "F32", [values.Length], at, at += 4 * values.Length));
        }

        var path = _folder.File("numbers.safetensors");
        File.WriteAllBytes(
            path,
            [
                .. SafetensorsHeader.Write(entries, new Dictionary<string, string>()),
                .. tensors.SelectMany(t => MemoryMarshal.AsBytes(t.Values.AsSpan()).ToArray())]);
        return path;
    }
}

using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Control.Api;
using ZiGong.Pipeline;

namespace ZiGong.UnitTests.Control;

/// <summary>Over the API nobody finds out which folders the server has.</summary>
public sealed class OfferedBasesTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("zigong-offered-").FullName;
    private readonly BaseFolders _known;

    public OfferedBasesTests()
    {
        _known = new BaseFolders(Path.Combine(_root, "known"));
        Directory.CreateDirectory(Path.Combine(_root, "models", "mistral-7b"));
        Directory.CreateDirectory(Path.Combine(_root, "models-of-others", "secret"));
    }

    public void Dispose()
    {
        _known.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    [Fact]
    public async Task A_base_that_was_worked_with_before_may_be_named_by_its_hash()
    {
        var folder = Path.Combine(_root, "models-of-others", "secret");
        File.WriteAllText(Path.Combine(folder, "config.json"), "{}");
        File.WriteAllText(Path.Combine(folder, "model.safetensors"), "weights");
        var hash = await _known.ContentAsync(folder, default);
        var bases = new OfferedBases(Options(), _known);

        bases.Places([$"Tuning:Base={hash}"]).ShouldBe([$"Tuning:Base={folder}"]);
        Should.Throw<InputException>(() => bases.Places([$"Tuning:Base={new string('a', 64)}"]));
        File.WriteAllText(Path.Combine(folder, "model.safetensors"), "others");
        Should.Throw<InputException>(() => bases.Places([$"Tuning:Base={hash}"]));
    }

    [Theory]
    [InlineData("Seed=7", "Seed=7")]
    [InlineData("Tuning:Base=nano", "Tuning:Base=nano")]
    [InlineData("Tuning:Base={root}/models/mistral-7b", "Tuning:Base={root}/models/mistral-7b")]
    [InlineData("tuning:base = {root}/models/./x/../mistral-7b", "Tuning:Base={root}/models/mistral-7b")]
    [InlineData("Agent:Base=mistral-7b", "Agent:Base={root}/models/mistral-7b")]
    public void Nano_and_what_is_offered_may_be_named(string assignment, string placed) =>
        new OfferedBases(Options(), _known).Places([Here(assignment)]).ShouldBe([Here(placed)]);

    [Theory]
    [InlineData("{root}/models")]
    [InlineData("{root}/models/")]
    [InlineData("{root}/models/none")]
    [InlineData("{root}/models/../models-of-others/secret")]
    [InlineData("{root}/models-of-others/secret")]
    [InlineData("{root}/models-of-others/none")]
    [InlineData("../models-of-others/secret")]
    [InlineData("/")]
    [InlineData("/etc")]
    [InlineData("/none")]
    [InlineData("a\0b")]
    [InlineData(".")]
    public void Everything_else_is_refused_in_the_same_words_whether_it_is_there_or_not(string given)
    {
        foreach (var option in new[] { "Tuning:Base", "Agent:Base" })
        {
            Should.Throw<InputException>(() => new OfferedBases(Options(), _known).Places([$"{option}={Here(given)}"])).Message
                .ShouldBe($"option {option} is '{Here(given)}', but must be nano or a base that this server offers or knows (Pipeline:BaseFolders)");
        }
    }

    [Fact]
    public void Without_folders_nano_alone_may_be_named() =>
        Should.Throw<InputException>(() => new OfferedBases(new ApiOptions(), _known).Places([Here("Tuning:Base={root}/models/mistral-7b")])).Message
            .ShouldContain("must be nano");

    [Fact]
    public void Every_option_that_speaks_of_a_path_is_one_that_names_a_folder() => RunOptionsReader.Folders.ShouldBe(
        RunOptionsReader.List().Where(o => o.Meaning.Contains("path", StringComparison.Ordinal) || o.Meaning.Contains("folder", StringComparison.Ordinal))
            .Select(o => o.Name));

    [Fact]
    public void A_folder_that_is_no_whole_path_stops_the_host() =>
        Should.Throw<InputException>(() => new ApiOptions { BaseFolders = "models" }.Checked()).Message.ShouldContain("Pipeline:BaseFolders");

    private ApiOptions Options() => new() { BaseFolders = $"{_root}/models" };

    private string Here(string text) => text.Replace("{root}", _root, StringComparison.Ordinal);
}

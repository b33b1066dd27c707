using Shouldly;
using Xunit;
using ZiGong.Training.Tuning;

namespace ZiGong.UnitTests.Training;

public sealed class TemplatedDatasetTests : IDisposable
{
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"zigong-dataset-{Guid.CreateVersion7():N}.jsonl");

    public void Dispose() => File.Delete(_file);

    [Fact]
    public async Task Tokens_come_back_as_they_were_templated()
    {
        var examples = await ReadAsync("""{"id":"a","output":"good","answer_start":3,"tokens":[1,9,4,5,2]}""", """{"answer_start":1,"tokens":[1,7]}""");
        examples.Select(e => (string.Join(' ', e.Tokens), e.AnswerStart)).ShouldBe([("1 9 4 5 2", 3), ("1 7", 1)]);
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"id":"a"}""")]
    [InlineData("""{"answer_start":5,"tokens":[1,9,4,5,2]}""")]
    [InlineData("""{"answer_start":0,"tokens":[1,9,4,5,2]}""")]
    [InlineData("""{"answer_start":1,"tokens":["one","two"]}""")]
    public async Task A_line_without_an_answer_in_its_tokens_is_named(string line)
    {
        var e = await Should.ThrowAsync<InvalidDataException>(() => ReadAsync("""{"answer_start":1,"tokens":[1,7]}""", line));
        e.Message.ShouldContain($"{_file}, line 2");
    }

    private async Task<IReadOnlyList<ZiGong.Training.Example>> ReadAsync(params string[] lines)
    {
        await File.WriteAllLinesAsync(_file, lines);
        return await TemplatedDataset.ReadAsync(_file, CancellationToken.None);
    }
}

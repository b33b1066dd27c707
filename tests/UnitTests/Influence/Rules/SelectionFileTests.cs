using System.Text;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence.Rules;
using ZiGong.Selection;

namespace ZiGong.UnitTests.Influence.Rules;

public sealed class SelectionFileTests
{
    private static readonly SelectionMember[] Members =
    [
        new("aa", 1, 0.1 + 0.2, SelectionReason.Top),
        new("bb", 7, -1e-7, SelectionReason.Random),
        new("cc", 9, 0, SelectionReason.ClassGuard),
    ];

    [Fact]
    public void The_bytes_are_these() => Encoding.UTF8.GetString(SelectionFile.Write(Members)).ShouldBe(
        """
        {"id":"aa","rank":1,"score":0.30000000000000004,"reason":"top"}
        {"id":"bb","rank":7,"score":-1E-07,"reason":"random"}
        {"id":"cc","rank":9,"score":0,"reason":"class-guard"}

        """.ReplaceLineEndings("\n"));

    [Fact]
    public void Reading_gives_back_every_bit() => SelectionFile.Read(SelectionFile.Write(Members)).ShouldBe(Members);

    [Fact]
    public void An_empty_selection_is_an_empty_file()
    {
        SelectionFile.Write([]).ShouldBeEmpty();
        SelectionFile.Read(ReadOnlyMemory<byte>.Empty).ShouldBeEmpty();
    }

    [Theory]
    [InlineData("{\"id\":\"aa\",\"rank\":1,\"score\":1,\"reason\":\"top\"}\n{\"id\":\"b", "ends within line 2")]
    [InlineData("{\"id\":\"aa\",\"rank\":1,\"score\":1,\"reason\":\"luck\"}\n", "line 1 of the selection file cannot be read (unknown reason luck)")]
    [InlineData("{\"id\":\"aa\",\"score\":1,\"reason\":\"top\"}\n", "line 1")]
    [InlineData("{\"id\":\"aa\",\"rank\":\"one\",\"score\":1,\"reason\":\"top\"}\n", "line 1")]
    [InlineData("nonsense\n", "line 1")]
    public void A_damaged_file_names_its_line(string text, string message) =>
        Should.Throw<InputException>(() => SelectionFile.Read(Encoding.UTF8.GetBytes(text))).Message.ShouldContain(message);
}

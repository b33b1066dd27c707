using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Control.Api.Uploads;
using ZiGong.Credit.Descriptors;

namespace ZiGong.UnitTests.Control;

public sealed class DescriptorGuardTests
{
    [Theory]
    [InlineData("uci-default")]
    [InlineData("uci-default-panel")]
    [InlineData("lending-club")]
    [InlineData("german")]
    [InlineData("australian")]
    [InlineData("polish")]
    [InlineData("simulated")]
    public void Every_descriptor_that_ships_may_come_in(string name) => Should.NotThrow(() => DescriptorGuard.Check(DescriptorFile.Text(name)));

    [Theory]
    [InlineData("a: &a [1]\nb: &b [*a, *a]\nc: [*b, *b]", 2)]
    [InlineData("a: &a\n  b: *a", 2)]
    [InlineData("a: &a {b: {c: {d: 1}, e: *a}}", 1)]
    public void Aliases_within_what_has_an_anchor_are_refused_by_line(string yaml, int line) =>
        Should.Throw<InputException>(() => DescriptorGuard.Check(yaml)).Message.ShouldContain($"line {line}: an alias within");

    [Fact]
    public void Anchored_lists_side_by_side_may_both_be_used() => Should.NotThrow(() => DescriptorGuard.Check("a: &a [1]\nb: &b [2]\nc: *a\nd: {e: *b}"));

    [Fact]
    public void Depth_and_number_of_aliases_have_an_end()
    {
        Should.Throw<InputException>(() => DescriptorGuard.Check(new string('[', 5000))).Message.ShouldContain("levels");
        Should.Throw<InputException>(() => DescriptorGuard.Check("a: &a [1]\nb: [" + string.Join(", ", Enumerable.Repeat("*a", 65)) + "]")).Message
            .ShouldContain("64 aliases");
    }
}

using Shouldly;
using Xunit;
using ZiGong.Contracts;

namespace ZiGong.UnitTests.Contracts;

public sealed class LateOptionsTests
{
    [Fact]
    public void An_option_that_came_later_is_only_written_when_it_is_set()
    {
        RunOptionsReader.Write(new RunOptions()).ShouldContain("\"Templating\":{\"Form\":\"Descriptor\"}");
        var set = RunOptionsReader.Set(new RunOptions(), "Templating:MinorityRatio=3");
        RunOptionsReader.Write(set).ShouldContain("\"MinorityRatio\":3");
        RunOptionsReader.Read(RunOptionsReader.Write(set)).ShouldBe(set);
        RunOptionsReader.Read(RunOptionsReader.Write(new RunOptions())).ShouldBe(new RunOptions());
    }
}

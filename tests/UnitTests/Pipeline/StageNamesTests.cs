using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Pipeline;

namespace ZiGong.UnitTests.Pipeline;

public sealed class StageNamesTests
{
    [Theory]
    [InlineData("ingest", Stage.Snapshot)]
    [InlineData("Training", Stage.Agent)]
    [InlineData("GRADIENTEXTRACTION", Stage.Gradients)]
    [InlineData("tracseq", Stage.Scores)]
    [InlineData("templating", Stage.Dataset)]
    [InlineData("model", Stage.Model)]
    public void Services_and_stages_are_understood(string name, Stage stage) => StageNames.Parse(name).ShouldBe(stage);

    [Fact]
    public void Every_stage_understands_its_own_name() =>
        Enum.GetValues<Stage>().ShouldAllBe(s => StageNames.Parse(StageNames.Of(s)) == s);

    [Theory]
    [InlineData("")]
    [InlineData("7")]
    [InlineData("select")]
    public void Any_other_word_is_refused_with_the_list(string name) =>
        Should.Throw<InputException>(() => StageNames.Parse(name)).Message.ShouldContain("gradients, gradientextraction, reference");
}

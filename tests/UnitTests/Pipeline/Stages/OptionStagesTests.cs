using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Stages;

namespace ZiGong.UnitTests.Pipeline.Stages;

public sealed class OptionStagesTests
{
    private static readonly RunOptions Text = new() { Agent = new AgentOptions { Base = "/models/mistral" } };

    [Fact]
    public void Every_option_has_a_stage() =>
        RunOptionsReader.List().Select(o => OptionStages.FirstUse(o.Name, new RunOptions())).ToHashSet()
            .SetEquals(StageCatalogue.Of(RunKind.Full).Select(s => s.Stage).Except([Stage.Model]))
            .ShouldBeTrue("options shape every stage of a run but the verdict");

    [Theory]
    [InlineData("Seed", Stage.Agent)]
    [InlineData("Snapshot:Bins", Stage.Snapshot)]
    [InlineData("Tuning:ClipNorm", Stage.Tuning)]
    [InlineData("Agent:ClipNorm", Stage.Agent)]
    [InlineData("Tuning:Base", Stage.Dataset)]
    [InlineData("Tuning:Epochs", Stage.Tuning)]
    [InlineData("TracSeq:Reference", Stage.Reference)]
    [InlineData("TracSeq:Curvature", Stage.Reference)]
    [InlineData("TracSeq:Damping", Stage.Reference)]
    [InlineData("TracSeq:Optimizer", Stage.Partials)]
    [InlineData("TracSeq:Clock", Stage.Scores)]
    [InlineData("Templating:Form", Stage.Dataset)]
    [InlineData("Templating:Shots", Stage.Dataset)]
    [InlineData("Templating:Resample", Stage.Dataset)]
    [InlineData("Templating:Nano", Stage.Agent)]
    public void An_option_belongs_to_the_stage_that_looks_at_it_first(string option, Stage stage) =>
        OptionStages.FirstUse(option, new RunOptions()).ShouldBe(stage);

    [Fact]
    public void The_form_of_a_template_already_shapes_an_agent_that_reads_text() =>
        OptionStages.FirstUse("Templating:Form", Text).ShouldBe(Stage.Agent);

    [Theory]
    [InlineData("Templating:Shots", Stage.Agent)]
    [InlineData("Templating:MinorityRatio", Stage.Dataset)]
    public void A_nano_that_reads_words_is_shaped_by_templates_too(string option, Stage stage) =>
        OptionStages.FirstUse(option, new RunOptions { Templating = new TemplatingOptions { Nano = NanoReading.Words } }).ShouldBe(stage);

    [Fact]
    public void Only_what_differs_is_a_change()
    {
        var options = new RunOptions();
        RunOptionsReader.Changes(options, RunOptionsReader.Set(options, "Selection:TopShare=0.3")).ShouldBeEmpty();
        RunOptionsReader.Changes(options, RunOptionsReader.Set(RunOptionsReader.Set(options, "Selection:TopShare=0.4"), "Seed=9"))
            .ShouldBe(["Seed", "Selection:TopShare"]);
    }
}

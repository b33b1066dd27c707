using System.Reflection;
using MassTransit;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Control;
using ZiGong.Evaluation;
using ZiGong.GradientExtraction;
using ZiGong.Ingest;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Stages;
using ZiGong.Selection;
using ZiGong.Templating;
using ZiGong.TracSeqScoring;
using ZiGong.Training;

namespace ZiGong.UnitTests.Pipeline.Stages;

public sealed class StageCatalogueTests
{
    private static readonly Dictionary<string, Assembly> Services = new[]
    {
        typeof(IngestService), typeof(TrainingService), typeof(GradientExtractionService), typeof(TracSeqScoringService),
        typeof(SelectionService), typeof(TemplatingService), typeof(EvaluationService), typeof(ControlService),
    }.ToDictionary(t => t.Assembly.GetName().Name!["ZiGong.".Length..], t => t.Assembly, StringComparer.Ordinal);

    private static readonly Type[] Messages =
        [.. typeof(IRunMessage).Assembly.GetTypes().Where(t => t is { IsClass: true, IsAbstract: false } && t.IsAssignableTo(typeof(IRunMessage)))];

    public static TheoryData<Stage> Stages => [.. Enum.GetValues<Stage>()];

    [Fact]
    public void Every_stage_is_in_it_at_its_place()
    {
        StageCatalogue.All.Select(s => s.Stage).ShouldBe(Enum.GetValues<Stage>());
        Enum.GetValues<Stage>().ShouldAllBe(s => StageCatalogue.Of(s).Stage == s);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public void Its_service_consumes_its_orders(Stage stage)
    {
        var definition = StageCatalogue.Of(stage);
        foreach (var order in definition.Orders)
        {
            Services[definition.Service].GetTypes().Count(t => t.IsAssignableTo(typeof(IConsumer<>).MakeGenericType(order))).ShouldBe(1, order.Name);
        }
    }

    [Fact]
    public void Every_message_of_a_run_belongs_to_one_stage_or_ends_the_run()
    {
        Type[] ends = [typeof(StageFailed), typeof(RunCancelled)];
        StageCatalogue.All.SelectMany(s => s.Orders).ShouldBeUnique();
        StageCatalogue.All.SelectMany(s => s.Events).ShouldBeUnique();
        StageCatalogue.All.SelectMany(s => s.Orders.Concat(s.Events)).Concat(ends).Distinct().ShouldBe(Messages, ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Stages))]
    public void Slices_have_an_order_for_the_first_and_one_for_the_others(Stage stage)
    {
        var definition = StageCatalogue.Of(stage);
        definition.Orders.Count.ShouldBe(definition.IsSliced ? 2 : 1);
    }

    [Theory]
    [InlineData(NanoReading.Compact)]
    [InlineData(NanoReading.Words)]
    public void Every_option_is_claimed_by_a_stage(NanoReading nano)
    {
        var options = new RunOptions { Templating = new TemplatingOptions { Nano = nano } };
        foreach (var option in RunOptionsReader.List())
        {
            Should.NotThrow(() => OptionStages.FirstUse(option.Name, options));
        }
    }

    [Fact]
    public void Every_claim_names_a_section_or_an_option()
    {
        var names = RunOptionsReader.List().Select(o => o.Name).ToList();
        var known = names.Concat(names.Select(n => n.Split(':')[0])).ToHashSet(StringComparer.Ordinal);
        StageCatalogue.All.SelectMany(s => s.Claims.Concat(s.ClaimsOfWords)).ShouldAllBe(c => known.Contains(c));
    }

    [Fact]
    public void An_option_that_no_stage_claims_is_a_fault() =>
        Should.Throw<InvalidOperationException>(() => OptionStages.FirstUse("TracSeq:Mood", new RunOptions())).Message
            .ShouldContain("no stage claims option TracSeq:Mood");

    [Fact]
    public void Words_are_unique() =>
        StageCatalogue.All.SelectMany(s => s.Words).ShouldBeUnique();

    [Fact]
    public void The_version_of_the_whole_names_that_of_every_stage_that_keeps_results() =>
        CodeVersions.Whole.ShouldBe(
            $"{CodeVersions.Product}+{CodeVersions.Encoding}.{CodeVersions.Agent}.{CodeVersions.Gradients}.{CodeVersions.Reference}.{CodeVersions.Partials}."
            + $"{CodeVersions.Scores}.{CodeVersions.Selection}.{CodeVersions.Dataset}.{CodeVersions.Tuning}.{CodeVersions.Evaluation}");
}

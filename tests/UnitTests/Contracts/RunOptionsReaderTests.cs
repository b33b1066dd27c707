using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using Shouldly;
using Xunit;
using ZiGong.Contracts;

namespace ZiGong.UnitTests.Contracts;

public sealed class RunOptionsReaderTests
{
    private static readonly RunOptions Defaults = new();

    [Fact]
    public void Options_that_older_code_stored_are_read_under_the_names_of_today() => RunOptionsReader.Read(
        RunOptionsReader.Write(new RunOptions { Evaluation = new EvaluationOptions { KsFallRule = KsFallRule.Off } })
            .Replace("\"Off\"", "\"WhenDetectable\"", StringComparison.Ordinal))
        .Evaluation.KsFallRule.ShouldBe(KsFallRule.Off);

    [Fact]
    public void Setting_an_option_changes_it_and_nothing_else()
    {
        var changed = RunOptionsReader.Set(Defaults, "Selection:TopShare=0.75");
        changed.ShouldBe(Defaults with { Selection = Defaults.Selection with { TopShare = 0.75 } });
    }

    [Fact]
    public void Frozen_options_stay_as_they_were()
    {
        var frozen = new RunOptions();
        RunOptionsReader.Set(frozen, "TracSeq:Gamma=0.5").TracSeq.ShouldNotBeSameAs(frozen.TracSeq);
        frozen.ShouldBe(Defaults);
    }

    [Theory]
    [InlineData("Seed=7", 7)]
    [InlineData("seed = 7", 7)]
    [InlineData("  SEED=  7 ", 7)]
    public void Names_ignore_case_and_spaces(string assignment, long seed) => RunOptionsReader.Set(Defaults, assignment).Seed.ShouldBe(seed);

    [Fact]
    public void Values_of_every_kind_are_read()
    {
        var options = ((string[])
        [
            "Agent:LearningRate=1e-3", "Tuning:Targets=q_proj,v_proj", "TracSeq:Clock=both", "Selection:ExcludeNegative=true", "Agent:Base=/models/a=b",
        ]).Aggregate(Defaults, RunOptionsReader.Set);
        options.Agent.LearningRate.ShouldBe(1e-3);
        options.Tuning.Targets.ShouldBe("q_proj,v_proj");
        options.TracSeq.Clock.ShouldBe(DecayClock.Both);
        options.Selection.ExcludeNegative.ShouldBeTrue();
        options.Agent.Base.ShouldBe("/models/a=b");
    }

    [Theory]
    [InlineData("Selektion:TopShare=1", "Selection:TopShare")]
    [InlineData("TracSeq:Gama=1", "TracSeq:Gamma")]
    [InlineData("LearningRate=1", "Agent:LearningRate")]
    [InlineData("sed=1", "Seed")]
    public void An_unknown_name_is_answered_with_the_nearest_one(string assignment, string nearest) =>
        Complaint(assignment).ShouldContain($"did you mean '{nearest}'?");

    [Theory]
    [InlineData("Selection:TopShare")]
    [InlineData("")]
    [InlineData("=5")]
    public void What_is_no_assignment_is_shown_the_form(string assignment) =>
        Complaint(assignment).ShouldContain("is not of the form Section:Name=value");

    [Theory]
    [InlineData("TracSeq:Gamma=1.5", "option TracSeq:Gamma is 1.5, but must lie between 1E-06 and 1")]
    [InlineData("TracSeq:Gamma=NaN", "option TracSeq:Gamma is NaN")]
    [InlineData("TracSeq:Gamma=0", "option TracSeq:Gamma is 0")]
    [InlineData("Selection:TopShare=-0.1", "option Selection:TopShare is -0.1, but must lie between 0 and 1")]
    [InlineData("Seed=-1", "option Seed is -1")]
    [InlineData("Gradients:Width=63", "must lie between 64 and")]
    [InlineData("Evaluation:Resamples=99", "must lie between 100 and 100000")]
    public void A_value_out_of_range_names_the_option_and_the_range(string assignment, string message) =>
        Complaint(assignment).ShouldContain(message);

    [Theory]
    [InlineData("Tuning:Epochs=three", "option Tuning:Epochs is 'three', but must be a value of type Int32")]
    [InlineData("Tuning:Epochs=1.5", "option Tuning:Epochs is '1.5'")]
    [InlineData("Tuning:Epochs=99999999999", "option Tuning:Epochs is '99999999999'")]
    [InlineData("Selection:ExcludeNegative=perhaps", "must be a value of type Boolean")]
    [InlineData("TracSeq:Clock=Sundial", "option TracSeq:Clock is 'Sundial', but must be one of Checkpoint, Sample, Both")]
    [InlineData("TracSeq:Clock=7", "must be one of Checkpoint, Sample, Both")]
    [InlineData("TracSeq:Clock=", "must be one of Checkpoint, Sample, Both")]
    public void A_value_of_the_wrong_kind_says_what_is_wanted(string assignment, string message) =>
        Complaint(assignment).ShouldContain(message);

    [Fact]
    public void Reading_gives_back_what_was_written()
    {
        var options = Defaults with { Seed = 12, TracSeq = new TracSeqOptions { Gamma = 0.1 + 0.2, Clock = DecayClock.Both } };
        RunOptionsReader.Read(RunOptionsReader.Write(options)).ShouldBe(options);
    }

    [Fact]
    public void Enumerations_are_written_by_name() => RunOptionsReader.Write(Defaults).ShouldContain("\"Clock\":\"Checkpoint\"");

    [Fact]
    public void Stored_options_that_are_unknown_are_refused() =>
        Should.Throw<JsonException>(() => RunOptionsReader.Read("""{"Seed":1,"Sed":2}"""));

    [Fact]
    public void Stored_options_that_are_missing_take_their_default() =>
        RunOptionsReader.Read("""{"Seed":5}""").ShouldBe(Defaults with { Seed = 5 });

    [Fact]
    public void The_defaults_are_within_their_ranges() => Should.NotThrow(() => RunOptionsReader.Check(Defaults));

    [Fact]
    public void Every_option_has_a_sentence_of_meaning_and_every_number_a_range()
    {
        foreach (var option in RunOptionsReader.List())
        {
            option.Meaning.ShouldEndWith(".", customMessage: option.Name);
            option.Meaning.Length.ShouldBeGreaterThan(10, option.Name);
        }

        var sections = typeof(RunOptions).GetProperties().Select(p => p.PropertyType).Where(t => t.Namespace == typeof(RunOptions).Namespace);
        var numbers = sections.Append(typeof(RunOptions)).SelectMany(t => t.GetProperties())
            .Where(p => p.CanWrite && (p.PropertyType == typeof(double) || p.PropertyType == typeof(int) || p.PropertyType == typeof(long)));
        numbers.Where(p => p.GetCustomAttribute<RangeAttribute>() is null).Select(p => p.Name).ShouldBeEmpty();
    }

    [Fact]
    public void Every_listed_option_can_be_set_to_its_default()
    {
        foreach (var option in RunOptionsReader.List())
        {
            RunOptionsReader.Set(Defaults, $"{option.Name}={option.Default}").ShouldBe(Defaults, option.Name);
        }
    }

    private static string Complaint(string assignment) => Should.Throw<InputException>(() => RunOptionsReader.Set(Defaults, assignment)).Message;
}

using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;
using ZiGong.Contracts;

namespace ZiGong.UnitTests.Contracts;

/// <summary>What a stored run means and what its keys are, whatever options and defaults later code has.</summary>
public sealed class LateOptionsTests
{
    private const string KeysOfTheDefaults =
        """
        {"Seed":1,"Snapshot":{"Periods":4,"SplitSeed":1,"Bins":10},"Agent":{"Base":"nano","LearningRate":0.005,"WarmupSteps":20,"BatchSize":32,"Epochs":1,
        "MinimumSteps":30},"Gradients":{"Sketch":"CountSketch","Width":4096,"MicroBatch":16},"TracSeq":{"Gamma":0.9,"Clock":"Checkpoint",
        "Reference":"Normalised","Similarity":"Cosine","Optimizer":"Sgd","Curvature":"None","Damping":0.1},"Selection":{"Size":0.5,"TopShare":0.3,
        "Quota":"TaskAndClass","ExcludeNegative":false},"Templating":{"Form":"Descriptor"},"Tuning":{"Base":"nano","Rank":8,"Alpha":16,
        "Targets":"q_proj,k_proj,v_proj","LearningRate":0.005,"Epochs":3,"MinimumSteps":150,"BatchSize":32,"Warmup":0.05,"WeightDecay":0,"ClipNorm":1},
        "Evaluation":{"Resamples":1000,"MaximumMiss":0.01,"MaximumKsFall":0.02}}
        """;

    [Fact]
    public void A_run_stores_every_option_also_those_at_their_defaults()
    {
        var stored = JsonNode.Parse(RunOptionsReader.Write(new RunOptions()))!.AsObject();
        var names = stored.SelectMany(p => p.Value is JsonObject section ? section.Select(o => $"{p.Key}:{o.Key}") : [p.Key]);
        names.Order(StringComparer.Ordinal).ShouldBe(RunOptionsReader.List().Select(o => o.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_stored_is_what_is_read()
    {
        var set = RunOptionsReader.Set(new RunOptions(), "Templating:MinorityRatio=3");
        RunOptionsReader.Read(RunOptionsReader.Write(set)).ShouldBe(set);
        RunOptionsReader.Read(RunOptionsReader.Write(new RunOptions())).ShouldBe(new RunOptions());
    }

    [Fact]
    public void Keys_are_those_from_before_all_options_were_stored_without_the_lengths_of_slices() =>
        RunOptionsReader.ForKeys(new RunOptions()).ShouldBe(KeysOfTheDefaults.ReplaceLineEndings(""));

    [Theory]
    [InlineData("Agent:SliceSteps=7")]
    [InlineData("Tuning:SliceSteps=7")]
    public void Where_a_training_is_cut_is_in_no_key(string change) =>
        RunOptionsReader.ForKeys(RunOptionsReader.Set(new RunOptions(), change)).ShouldBe(RunOptionsReader.ForKeys(new RunOptions()));

    [Fact]
    public void An_agent_of_before_was_trained_under_the_limit_of_the_tuning()
    {
        var stored = JsonNode.Parse(RunOptionsReader.Write(RunOptionsReader.Set(new RunOptions(), "Tuning:ClipNorm=0.5")))!.AsObject();
        RunOptionsReader.Read(stored.ToJsonString()).Agent.ClipNorm.ShouldBe(1);
        stored["Agent"]!.AsObject().Remove("ClipNorm");
        RunOptionsReader.Read(stored.ToJsonString()).Agent.ClipNorm.ShouldBe(0.5);
    }

    [Fact]
    public void Keys_have_an_option_that_came_later_when_it_is_set()
    {
        RunOptionsReader.ForKeys(new TemplatingOptions()).ShouldBe("""{"Form":"Descriptor"}""");
        RunOptionsReader.ForKeys(new TemplatingOptions { MinorityRatio = 3 }).ShouldContain("\"MinorityRatio\":3");
    }

    [Fact]
    public void A_row_without_an_option_means_what_was_done_before_the_option_existed()
    {
        foreach (var (name, before) in Late())
        {
            var stored = JsonNode.Parse(RunOptionsReader.Write(new RunOptions()))!.AsObject();
            var path = name.Split(':');
            stored[path[0]]!.AsObject().Remove(path[1]).ShouldBeTrue(name);
            var read = RunOptionsReader.Read(stored.ToJsonString());
            RunOptionsReader.Assignment(read, name).ShouldBe($"{name}={before}");
        }
    }

    /// <summary>A changed default must leave these alone: they say what old rows mean and which keys leave the option out.</summary>
    [Fact]
    public void What_was_done_before_an_option_existed_never_changes() => string.Join(' ', Late().Select(l => $"{l.Name}={l.Before}")).ShouldBe(
        "Snapshot:MaximumTraining=0 Snapshot:MaximumReference=0 Snapshot:MaximumTest=0 Snapshot:Folds=0 Snapshot:Fold=0 Agent:ClipNorm=1 "
        + "Selection:By=Influence "
        + "Templating:Nano=Compact Templating:Shots=0 Templating:Resample=None Templating:MinorityRatio=2 "
        + "Evaluation:LeakageGate=Fail Evaluation:ClassesGate=Fail Evaluation:MinimumPerClass=10 Evaluation:SelectionGate=Fail "
        + "Evaluation:MinimumKeptPerClass=5 "
        + "Evaluation:MinimumKeptRatio=0.5 Evaluation:SignalGate=Fail Evaluation:MissGate=Fail Evaluation:MaximumMissRise=0.005 Evaluation:ChampionGate=Fail "
        + "Evaluation:KsFallRule=Always Evaluation:FairnessGate=Warn Evaluation:MinimumParityRatio=0.8 Evaluation:MaximumParityRatio=1.25 "
        + "Evaluation:DriftGate=Warn "
        + "Evaluation:MaximumPsi=0.25 Evaluation:ScoreDriftGate=Warn Evaluation:MaximumScorePsi=0.25 Evaluation:MaximumF1Fall=0.02 "
        + "Evaluation:MaximumHallucination=0.05 Evaluation:HallucinationGate=Fail");

    private static IEnumerable<(string Name, string Before)> Late() =>
        from section in typeof(RunOptions).GetProperties()
        from option in section.PropertyType.GetProperties()
        where option.GetCustomAttribute<DefaultValueAttribute>() is not null
        select ($"{section.Name}:{option.Name}", Convert.ToString(option.GetCustomAttribute<DefaultValueAttribute>()!.Value, CultureInfo.InvariantCulture)!);
}

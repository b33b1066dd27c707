using Shouldly;
using Xunit;
using ZiGong.AllInOne.Fidelity;
using ZiGong.Cli.Experiments.Fidelity;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Subjects;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting;
using ZiGong.Influence.Fidelity;
using ZiGong.Models;
using ZiGong.Storage;

namespace ZiGong.FlowTests;

/// <summary>A whole fidelity experiment on a few simulated borrowers: real agents, gradients and trainings.</summary>
[Collection("runs")]
public sealed class FidelityTests : IDisposable
{
    private static readonly FidelitySettings Tiny = new() { Rows = 60, References = 24, Seeds = 2, Subsets = 6, Steps = 6, LeftOut = 4, Resamples = 20, Flips = 0.1 };
    private static readonly HashSet<FidelityMeasure> Everything = [.. Enum.GetValues<FidelityMeasure>()];
    private readonly string _folder = Directory.CreateTempSubdirectory("zigong-fidelity-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task An_experiment_that_was_stopped_goes_on_and_finds_what_it_would_have_found_undisturbed()
    {
        using var stop = new CancellationTokenSource();
        var pieces = 0;
        await Should.ThrowAsync<OperationCanceledException>(() => Experiment("stopped", () =>
        {
            if (Interlocked.Increment(ref pieces) == 9)
            {
                stop.Cancel();
            }
        }).RunAsync(Everything, stop.Token));

        var resumed = await Experiment("stopped").RunAsync(Everything, default);
        resumed.Found.ShouldBeGreaterThanOrEqualTo(9, "two agents and seven subsets at least were done before");

        // Two agents; six subsets and five left-out trainings for each of two seeds; two flipped agents with their oracles; one with all sketches.
        (resumed.Trained + resumed.Found).ShouldBe(2 + 12 + 10 + 4 + 1);
        var undisturbed = await Experiment("undisturbed").RunAsync(Everything, default);
        (undisturbed.Trained, undisturbed.Found).ShouldBe((29, 0));
        Json(resumed).ShouldBe(Json(undisturbed));

        var again = await Experiment("stopped").RunAsync(new HashSet<FidelityMeasure> { FidelityMeasure.Lds }, default);
        (again.Trained, again.Found).ShouldBe((0, 14));
        Json(again with { Stability = undisturbed.Stability, Flips = undisturbed.Flips, Sketch = undisturbed.Sketch, LeaveOneOut = undisturbed.LeaveOneOut }).ShouldBe(Json(undisturbed));
    }

    [Fact]
    public async Task Figures_of_a_whole_experiment_hold_together()
    {
        var result = await Experiment("one").RunAsync(Everything, default);

        result.Training.ShouldBe(60);
        result.DecayIdentified.ShouldBeTrue();
        var arms = result.Lds!.Arms.Select(a => a.Arm).ToList();
        arms.ShouldBe(result.Arms.Keys);
        arms.ShouldBe(
        [
            "tracseq", "gamma 1", "sample clock", "exact", "dot", "tracincp", "adam", "adam dot", "fisher", "fisher dot", "layers", "random", "same class", "-loss",
            "tracseq centred", "adam centred", "layers centred", "tracseq -loss", "layers -loss", "last", "-self",
        ]);
        result.Lds.Arms.ShouldAllBe(a => a.PerReference.Lower <= a.PerReference.Upper && Math.Abs(a.PerReference.Value) <= 1);
        result.LeaveOneOut!.Samples.ShouldBe(4);
        result.Flips!.Flipped.ShouldBeInRange(5, 7);
        result.Flips.Arms.Last().Arm.ShouldBe("oracle");
        result.Sketch!.Select(s => s.Width).ShouldBe([1024, 4096, 16384]);
        result.Sketch!.Select(s => s.Error).ShouldBe(result.Sketch!.Select(s => s.Error).OrderDescending(), "more buckets, less error");
        result.Sketch![2].Scores.Spearman.ShouldBeGreaterThan(0.95);
        result.Stability!.Single(s => s.Arm == "random").Agreement.Spearman.ShouldBeLessThan(result.Stability!.Single(s => s.Arm == "tracseq").Agreement.Spearman);
    }

    [Fact]
    public async Task A_base_other_than_nano_is_refused()
    {
        var options = Lab.Small with { Tuning = Lab.Small.Tuning with { Base = "/models/mistral" } };
        (await Should.ThrowAsync<InputException>(() => Experiment("other", options: options).RunAsync(Everything, default))).Message.ShouldContain("Tuning:Base");
    }

    [Fact]
    public void A_cut_without_one_of_the_answers_is_refused() =>
        Should.Throw<InputException>(() => Data(Tiny with { References = 1 })).Message.ShouldContain("--references");

    [Fact]
    public void Free_answers_are_refused()
    {
        const string Questions = """
            name: questions
            task: question-answering
            format: {kind: csv}
            key: client
            fields:
              - {name: job, label: Job, kind: categorical}
            answer: {kind: text, questions: [{ask: What is the job?, answer: '{{job}}'}]}
            """;
        Should.Throw<InputException>(() => FidelityData.Of(DescriptorFile.Parse(Questions, "test"), [], Tiny, Lab.Small.Snapshot)).Message.ShouldContain("free texts");
    }

    private FidelityExperiment Experiment(string name, Action? piece = null, RunOptions? options = null)
    {
        var artifacts = new ArtifactStore(Path.Combine(_folder, name, "artifacts"));
        return new FidelityExperiment(
            Data(Tiny), Tiny, options ?? Lab.Small, artifacts, new ModelStore(artifacts), new KeyedResults(Path.Combine(_folder, name, "results")), workers: 2,
            (_, _, _) => piece?.Invoke());
    }

    private FidelityData Data(FidelitySettings settings)
    {
        var hasher = new SubjectHasher([.. Enumerable.Range(0, 64).Select(i => (byte)i)]);
        var samples = FidelityData.Read(Borrowers.Parsed, [Borrowers.Write(_folder)], hasher, default);
        return FidelityData.Of(Borrowers.Parsed, samples, settings, Lab.Small.Snapshot);
    }

    private static string Json(FidelityResult result) => System.Text.Json.JsonSerializer.Serialize(
        result with { Trained = 0, Found = 0 }, new System.Text.Json.JsonSerializerOptions { NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals });
}

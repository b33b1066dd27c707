using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Subjects;
using ZiGong.FlowTests.Harness;
using ZiGong.Hosting.Embedded;
using ZiGong.Influence.Fidelity;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests;

/// <summary>Whole fidelity runs on a few simulated borrowers: real agents, gradients and trainings.</summary>
[Collection("runs")]
public sealed class FidelityTests : IAsyncLifetime
{
    private static readonly FidelitySettings Tiny =
        new() { Rows = 60, References = 24, Seeds = 2, Subsets = 6, Steps = 6, LeftOut = 4, Resamples = 20, Flips = 0.1 };

    private static readonly FidelityMeasure[] Everything = Enum.GetValues<FidelityMeasure>();
    private Lab _lab = null!;

    public async Task InitializeAsync() => _lab = await Lab.NewAsync();

    public async Task DisposeAsync() => await _lab.DisposeAsync();

    [Fact]
    public async Task A_run_that_was_stopped_goes_on_without_training_what_is_done_and_finds_what_it_would_have_found_undisturbed()
    {
        Guid run;
        await using (var host = await _lab.StartAsync())
        {
            run = await RequireAsync(_lab, host, Everything);
            await _lab.UntilAsync(async db => await db.WorkUnits.CountAsync(u => u.State == UnitState.Done) >= 9 ? "" : null, "nine pieces");
        }

        var before = (await _lab.UnitsAsync(run)).Where(u => u.State == UnitState.Done).ToDictionary(u => u.Unit, u => u.FinishedAt);
        before.Count.ShouldBeInRange(9, 28);
        (await MeasureAsync(_lab, Everything)).ShouldBe(run);
        var units = await _lab.UnitsAsync(run);
        units.Where(u => before.ContainsKey(u.Unit)).ToDictionary(u => u.Unit, u => u.FinishedAt).ShouldBe(before, ignoreOrder: true);

        // Two agents; six subsets and five left-out trainings for each of two seeds; two flipped agents with their oracles; one with all sketches.
        units.Count(u => u.Stage == nameof(Stage.Pieces)).ShouldBe(2 + 12 + 10 + 4 + 1);
        units.ShouldAllBe(u => u.State == UnitState.Done && !u.Reused);
        await using var undisturbed = await Lab.NewAsync();
        (await TextAsync(_lab, run)).ShouldBe(await TextAsync(undisturbed, await MeasureAsync(undisturbed, Everything)));
    }

    [Fact]
    public async Task What_another_run_has_found_is_not_trained_again_unless_it_is_damaged()
    {
        var first = await MeasureAsync(_lab, FidelityMeasure.Lds, FidelityMeasure.Loo);
        var second = await MeasureAsync(_lab, FidelityMeasure.Lds);
        second.ShouldNotBe(first);
        var pieces = (await _lab.UnitsAsync(second)).Where(u => u.Stage == nameof(Stage.Pieces)).ToList();
        pieces.Count.ShouldBe(2 + 12);
        pieces.ShouldAllBe(u => u.Reused);

        var sliced = Lab.Small with { Agent = Lab.Small.Agent with { SliceSteps = 3 }, Tuning = Lab.Small.Tuning with { SliceSteps = 5 } };
        var slices = await _lab.UnitsAsync(await MeasureAsync(_lab, sliced, FidelityMeasure.Lds));
        slices.ShouldAllBe(u => u.Reused || u.Stage == nameof(Stage.Fidelity));

        var damaged = await _lab.ContentAsync(pieces.Single(u => u.Unit == "subsets-00003"));
        await File.WriteAllTextAsync(await _lab.Artifacts.RequireAsync(damaged, default), "not what it was");
        var third = await MeasureAsync(_lab, FidelityMeasure.Lds);
        (await _lab.UnitsAsync(third)).Where(u => u is { Stage: nameof(Stage.Pieces), Reused: false }).Select(u => u.Unit).ShouldBe(["subsets-00003"]);
        (await TextAsync(_lab, third)).ShouldBe(await TextAsync(_lab, second));
    }

    [Fact]
    public async Task A_run_is_of_its_own_kind_makes_no_model_and_ends_with_its_figures()
    {
        var run = await MeasureAsync(_lab, FidelityMeasure.Stability);
        await using var db = _lab.NewContext();
        var row = await db.Runs.SingleAsync(r => r.RunId == run);
        (row.Kind, row.Status, row.SnapshotId).ShouldBe((RunKind.Fidelity, RunStatus.Completed, null));
        row.FinishedAt.ShouldNotBeNull();
        (await db.PipelineEvents.OrderBy(e => e.Sequence).Select(e => e.Type).ToListAsync())
            .ShouldBe([nameof(FidelityMeasured)]);
        (await db.BorrowerDataAsync(RunPlan.Of(row)!.Artifact, default)).ShouldBe(BorrowerData.DataSet, "the plan holds what a model is shown of each sample");
        (await db.BorrowerDataAsync(await _lab.ContentAsync((await _lab.UnitsAsync(run)).First(u => u.Stage == nameof(Stage.Pieces))), default))
            .ShouldBe(BorrowerData.Gradients);
        (await db.Models.CountAsync() + await db.Samples.CountAsync() + await db.Results.CountAsync(r => r.Stage == nameof(Stage.Agent))).ShouldBe(0);
    }

    [Fact]
    public async Task A_piece_of_minutes_is_let_go_of_when_the_host_stops()
    {
        Guid run;
        var started = TimeProvider.System.GetTimestamp();
        await using (var host = await _lab.StartAsync())
        {
            var (plan, encoding) = FidelityPlanning.Of(
                Borrowers.Parsed, FidelityPlanning.Read(Borrowers.Parsed, [Borrowers.Write(_lab.Folder)], Hasher(_lab), default), Tiny with { Steps = 100_000 },
                [FidelityMeasure.Lds], Lab.Small);
            run = await Requests(host).RequireAsync(plan, encoding, Borrowers.Descriptor, Lab.Small, default);
            await _lab.UntilAsync(
                async db => await db.WorkUnits.AnyAsync(u => u.State == UnitState.Leased && u.Unit.StartsWith("subsets")) ? "" : null, "a subset's training");
            started = TimeProvider.System.GetTimestamp();
        }

        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(25), "a host waits half a minute for what does not let go");
        var subsets = (await _lab.UnitsAsync(run)).Where(u => u.Unit.StartsWith("subsets", StringComparison.Ordinal)).ToList();
        subsets.ShouldNotBeEmpty();
        subsets.ShouldAllBe(u => u.State == UnitState.Pending && u.Attempts == 0);
    }

    [Fact]
    public async Task A_cancelled_run_stops_and_a_new_one_takes_over_what_it_has_done()
    {
        Guid run;
        await using (var host = await _lab.StartAsync())
        {
            run = await RequireAsync(_lab, host, FidelityMeasure.Lds);
            await _lab.UntilAsync(async db => await db.WorkUnits.CountAsync(u => u.State == UnitState.Done) >= 3 ? "" : null, "three pieces");
            await host.Services.GetRequiredService<RunOperations>().CancelAsync(run, "enough", Operators.Actor, default);
            (await _lab.OverAsync(run)).Status.ShouldBe(RunStatus.Cancelled);
        }

        var done = (await _lab.UnitsAsync(run)).Where(u => u.State == UnitState.Done).Select(u => u.Unit).ToList();
        done.Count.ShouldBeLessThan(14);
        var next = await MeasureAsync(_lab, FidelityMeasure.Lds);
        next.ShouldNotBe(run);
        (await _lab.UnitsAsync(next)).Where(u => u.Reused).Select(u => u.Unit).ShouldBe(done, ignoreOrder: true);
    }

    [Fact]
    public async Task A_replay_does_stages_of_the_run_again_and_knows_which_it_has()
    {
        var run = await MeasureAsync(_lab, FidelityMeasure.Stability);
        var before = await TextAsync(_lab, run);
        await using var host = await _lab.StartAsync();
        var operations = host.Services.GetRequiredService<RunOperations>();
        var plan = await operations.ReplayAsync(new ReplayRequest(run, Stage.Pieces, UnitChoice.All, []), Operators.Actor, default);
        plan.Stages.Select(s => (s.Stage, s.Recompute)).ShouldBe([(Stage.Pieces, 2), (Stage.Fidelity, 1)]);
        await _lab.EndAsync(run);
        (await _lab.UnitsAsync(run)).ShouldAllBe(u => u.Generation == 2 && !u.Reused);
        (await TextAsync(_lab, run)).ShouldBe(before);
        (await RefusalAsync(new ReplayRequest(run, Stage.Agent, UnitChoice.All, []))).ShouldContain("has no stage agent; its stages are pieces, fidelity");
        (await RefusalAsync(new ReplayRequest(run, Stage.Pieces, UnitChoice.All, ["Agent:Epochs=2"]))).ShouldContain("experiment fidelity --set Agent:Epochs");

        async Task<string> RefusalAsync(ReplayRequest request) =>
            (await Should.ThrowAsync<InputException>(() => operations.PlanReplayAsync(request, default))).Message;
    }

    [Fact]
    public async Task Figures_of_a_whole_experiment_hold_together()
    {
        var result = FidelityFigures.Read(Encoding.UTF8.GetBytes(await TextAsync(_lab, await MeasureAsync(_lab, Everything))));

        result.Training.ShouldBe(60);
        result.DecayIdentified.ShouldBeTrue();
        var arms = result.Lds!.Arms.Select(a => a.Arm).ToList();
        arms.ShouldBe(result.Arms.Keys);
        arms.ShouldBe(
        [
            "tracseq", "gamma 1", "sample clock", "exact", "dot", "tracincp", "adam", "adam dot", "fisher", "fisher dot", "layers", "random", "same class",
            "-loss",
            "tracseq centred", "adam centred", "layers centred", "tracseq -loss", "layers -loss", "last", "-self",
        ]);
        result.Lds.Arms.ShouldAllBe(a => a.PerReference.Lower <= a.PerReference.Upper && Math.Abs(a.PerReference.Value) <= 1);
        result.LeaveOneOut!.Samples.ShouldBe(4);
        result.Flips!.Flipped.ShouldBeInRange(5, 7);
        result.Flips.Arms.Last().Arm.ShouldBe("oracle");
        result.Sketch!.Select(s => s.Width).ShouldBe([1024, 4096, 16384]);
        result.Sketch!.Select(s => s.Error).ShouldBe(result.Sketch!.Select(s => s.Error).OrderDescending(), "more buckets, less error");
        result.Sketch![2].Scores.Spearman.ShouldBeGreaterThan(0.95);
        double Stable(string arm) => result.Stability!.Single(s => s.Arm == arm).Agreement.Spearman;
        Stable("random").ShouldBeLessThan(Stable("tracseq"));
        Lines(result).ShouldBe(FidelityGolden.Lines);
    }

    [Fact]
    public async Task Neither_ids_nor_fields_are_in_the_plan()
    {
        var samples = FidelityPlanning.Read(Borrowers.Parsed, [Borrowers.Write(_lab.Folder)], Hasher(_lab), default);
        var text = Encoding.UTF8.GetString(Plan(_lab, Lab.Small, Everything).Plan.ToJson());
        text.ShouldContain(samples.First(s => text.Contains(s.Id, StringComparison.Ordinal)).Id);
        samples.ShouldAllBe(s => !text.Contains(s.Subject, StringComparison.Ordinal) && !text.Contains(s.NaturalKey, StringComparison.Ordinal));
        Borrowers.Lines.Select(l => l.Split(',')[0]).ShouldAllBe(id => !text.Contains($"\"{id}\"", StringComparison.Ordinal));
        await MeasureAsync(_lab, FidelityMeasure.Stability);
        var stored = await EverythingStored.RowsAsync(_lab.Source);
        stored.ShouldAllBe(row => !samples.Any(s => row.Contains(s.Subject, StringComparison.Ordinal) || row.Contains(s.NaturalKey, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_command_prints_what_its_run_found_and_the_run_is_listed_shown_and_reported()
    {
        string[] command =
        [
            "experiment", "fidelity", "--dataset", Borrowers.Dataset, Borrowers.Write(_lab.Folder), "--measure", "stability",
            "--rows", "60", "--references", "24", "--seeds", "2", "--set", "Snapshot:Periods=2", "--json",
        ];
        var found = Json(command);
        (found.GetProperty("trained").GetInt32(), found.GetProperty("found").GetInt32()).ShouldBe((2, 0));
        found.GetProperty("stability").GetArrayLength().ShouldBe(21);
        (Json(command).GetProperty("trained").GetInt32(), Json("runs", "--json").GetArrayLength()).ShouldBe((0, 2));
        Json("runs", "--json")[0].GetProperty("kind").GetString().ShouldBe("fidelity");
        var shown = Json("show", "latest", "--json");
        shown.GetProperty("stages").EnumerateArray()
            .Select(s => (s.GetProperty("stage").GetString(), s.GetProperty("done").GetDouble(), s.GetProperty("reused").GetInt32()))
            .ShouldBe([("Pieces", 2, 2), ("Fidelity", 1, 0)]);
        JsonElement.DeepEquals(shown.GetProperty("fidelity").GetProperty("stability"), found.GetProperty("stability")).ShouldBeTrue();
        CommandLineProcess.Run(_lab, "show", "latest").Output.ShouldContain("Stability: 2 agents of different seeds");
        CommandLineProcess.Run(_lab, "report", "latest", "--markdown", "--out", "-").Output.ShouldContain("tracseq centred");
    }

    private JsonElement Json(params string[] arguments)
    {
        var result = CommandLineProcess.Run(_lab, arguments);
        result.ExitCode.ShouldBe(0, result.Errors);
        return JsonDocument.Parse(result.Output).RootElement;
    }

    private static FidelityRequests Requests(EmbeddedHost host) => host.Services.GetRequiredService<FidelityRequests>();

    private static Task<Guid> MeasureAsync(Lab lab, params FidelityMeasure[] measures) => MeasureAsync(lab, Lab.Small, measures);

    /// <summary>As a command does it: asks for the run on a host of its own, and stays to its end.</summary>
    private static async Task<Guid> MeasureAsync(Lab lab, RunOptions options, params FidelityMeasure[] measures)
    {
        await using var host = await lab.StartAsync();
        var (plan, encoding) = Plan(lab, options, measures);
        var run = await Requests(host).RequireAsync(plan, encoding, Borrowers.Descriptor, options, default);
        await lab.EndAsync(run);
        return run;
    }

    private static Task<Guid> RequireAsync(Lab lab, EmbeddedHost host, params FidelityMeasure[] measures)
    {
        var (plan, encoding) = Plan(lab, Lab.Small, measures);
        return Requests(host).RequireAsync(plan, encoding, Borrowers.Descriptor, Lab.Small, default);
    }

    private static (FidelityPlan Plan, SampleEncoding Encoding) Plan(Lab lab, RunOptions options, FidelityMeasure[] measures) => FidelityPlanning.Of(
        Borrowers.Parsed, FidelityPlanning.Read(Borrowers.Parsed, [Borrowers.Write(lab.Folder)], Hasher(lab), default), Tiny, measures, options);

    private static SubjectHasher Hasher(Lab lab) => SubjectHasher.FromFile(lab.Options.SubjectKeyFile);

    private static async Task<string> TextAsync(Lab lab, Guid run)
    {
        var measured = await lab.OutcomeAsync<FidelityMeasured>(run, Stage.Fidelity, "fidelity");
        return await File.ReadAllTextAsync(await lab.Artifacts.RequireAsync(measured.Result, default));
    }

    /// <summary>By arm: datamodeling score and that of averaged agents, leave one out, flips over all and found, stability.</summary>
    private static IEnumerable<string> Lines(FidelityResult result) => result.Lds!.Arms.Select((a, i) => string.Create(
        CultureInfo.InvariantCulture,
        $"{a.Arm}: {a.PerReference.Value:0.000} {a.Ensemble.Value:0.000} {result.LeaveOneOut!.Arms[i].Mean.Value:0.000} "
        + $"{result.Flips!.Arms[i].All.Figure.Mean:0.000} {result.Flips.Arms[i].Found.Figure.Mean:0.000} {result.Stability![i].Agreement.Spearman:0.000}"));
}

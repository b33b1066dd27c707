using Microsoft.EntityFrameworkCore;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.FlowTests.Harness;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage.Entities;

namespace ZiGong.FlowTests;

/// <summary>Runs on a base folder that somebody gave: its content counts, neither its files' times nor where it lies.</summary>
[Collection("runs")]
public sealed class GivenBaseTests
{
    private static readonly string[] Costly = [
        nameof(Stage.Agent), nameof(Stage.Gradients), nameof(Stage.Reference), nameof(Stage.Partials), nameof(Stage.Dataset), nameof(Stage.Tuning)];

    [Fact]
    public async Task A_base_that_was_touched_or_copied_elsewhere_is_the_same_base()
    {
        await using var lab = await Lab.IngestedAsync();
        var folder = GivenBase.Make(Path.Combine(lab.Folder, "base"));
        var options = On(folder);
        var run = await lab.RunAsync(options);
        var expected = await lab.ProductsAsync(run);

        // As after an unpacking: a run that was cut off before its partial scores goes on.
        File.SetLastWriteTimeUtc(Path.Combine(folder, "model.safetensors"), new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        await lab.ExecuteAsync(
            "delete from zigong.partial_scores; delete from zigong.work_units where stage not in ('Snapshot', 'Agent', 'Gradients', 'Reference')");
        await lab.ExecuteAsync("update zigong.runs set status = 'Running', finished_at = null");
        await lab.ResumeAsync(run);
        (await lab.ProductsAsync(run)).ShouldBe(expected);
        (await lab.UnitsAsync(run)).Single(u => u.Stage == nameof(Stage.Tuning) && u.Result != null).Reused.ShouldBeTrue();

        // The folder moves: a run on its new place finds everything, and what has to be made again is made from there.
        var elsewhere = Path.Combine(lab.Folder, "elsewhere");
        Directory.Move(folder, elsewhere);
        var moved = await lab.RunAsync(On(elsewhere));
        (await lab.UnitsAsync(moved)).Where(u => Costly.Contains(u.Stage) && !u.Reused).Select(u => $"{u.Stage} {u.Unit}").ShouldBeEmpty();
        (await lab.ProductsAsync(moved)).Selection.ShouldBe(expected.Selection);
        await using (var host = await lab.StartAsync())
        {
            await host.Operations().ReplayAsync(moved.From(Stage.Gradients), Operators.Actor, default);
            await lab.EndAsync(moved);
        }

        (await lab.CountsAsync(moved, 2)).Single(c => c.Stage == Stage.Gradients).Reused.ShouldBe(0);
        (await lab.ProductsAsync(moved)).Selection.ShouldBe(expected.Selection);
    }

    [Fact]
    public async Task Another_content_in_the_same_place_is_another_base()
    {
        await using var lab = await Lab.IngestedAsync();
        var folder = GivenBase.Make(Path.Combine(lab.Folder, "base"));
        await lab.RunAsync(On(folder));
        var weights = Path.Combine(folder, "model.safetensors");
        var bytes = await File.ReadAllBytesAsync(weights);
        bytes[^2] ^= 1;
        await File.WriteAllBytesAsync(weights, bytes);

        var second = await lab.RunAsync(On(folder));

        (await lab.UnitsAsync(second)).Where(u => u.Stage is nameof(Stage.Agent) or nameof(Stage.Gradients)).ShouldAllBe(u => !u.Reused);
        await using var db = lab.NewContext();
        (await db.Results.CountAsync(r => r.Stage == nameof(Stage.Agent) && r.Parts.Length == 0 && EF.Functions.JsonExists(r.Summary, "Ordinal")))
            .ShouldBe(2 * 2);
    }

    private static RunOptions On(string folder) => Lab.Small with
    {
        Snapshot = Lab.Small.Snapshot with { MaximumTraining = 60, MaximumReference = 30, MaximumTest = 30 },
        Agent = Lab.Small.Agent with { Base = folder },
        Tuning = Lab.Small.Tuning with { Base = folder },
    };
}

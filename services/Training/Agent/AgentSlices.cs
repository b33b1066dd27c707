using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Hosting;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using ZiGong.Models;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Training.Agent;

/// <summary>A period as the snapshot stores it.</summary>
/// <param name="Time">t_i: its end, in periods on the snapshot's axis.</param>
public sealed record AgentPeriod(string Name, double Time, int Samples);

/// <summary>Trains the agent chronologically, one slice at a time, with a checkpoint at the end of every period.</summary>
public sealed class AgentSlices(ArtifactStore artifacts, ModelStore models, Encoders encoders, BaseModels bases)
{
    private static readonly LoraOptions Lora = new();

    public async Task<UnitResult> TrainAsync(UnitContext unit, int slice, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var periods = JsonSerializer.Deserialize<AgentPeriod[]>(snapshot.Periods)!;
        var before = (await RunState.ReadAsync(unit.Db, unit.Run.RunId, ct)).Slices<AgentSliceTrained>(Stage.Agent).Take(slice).ToList();
        var (period, step) = before.Count == 0 ? (0, 0) : (before[^1].Period, before[^1].Step);
        var plan = new AgentPlan([.. periods.Select(p => p.Samples)], unit.Options.Agent);
        var baseModel = await bases.RequireAsync(unit.Options.Agent.Base, snapshot.Encoding, unit.Options, ct);
        var members = await unit.Db.MembersAsync(snapshot.SnapshotId, Side.Train, ct);
        var previous = before.LastOrDefault(s => s.Checkpoint.Length > 0)?.Checkpoint ?? "";
        var checkpoint = await CheckpointIdAsync(unit.Options, snapshot, baseModel, previous, members.Where(m => m.Period == period).Select(m => m.Sample), ct);
        var place = new Place(slice, period, step, checkpoint, baseModel, periods[period].Time, period + 1 == periods.Length);

        if (step == 0 && !unit.Recompute && await FindAsync(unit.Db, checkpoint, ct) is { } found)
        {
            return Finished(unit, place, found, reused: true);
        }

        var encoder = await encoders.EncoderAsync(unit.Db, snapshot, baseModel, unit.Options, ct);
        var examples = members.Where(m => m.Period == period).Select(m => ToExample(encoder.Encode(m.Sample))).ToList();
        return await TrainAsync(unit, plan, place, before.Count == 0 ? null : before[^1].State, examples, ct);
    }

    /// <summary>An encoded sample with its true answer behind the prompt.</summary>
    public static Example ToExample(EncodedPrompt prompt) => new([.. prompt.Prompt, .. prompt.Answers[prompt.Truth]], prompt.Prompt.Length);

    private async Task<UnitResult> TrainAsync(UnitContext unit, AgentPlan plan, Place place, string? state, List<Example> examples, CancellationToken ct)
    {
        var options = unit.Options.Agent;
        using var training = await LoraTraining.OpenAsync(
            models, artifacts, place.Base, Lora, SeededRandom.Derive((ulong)unit.Options.Seed, "agent"), new AdamWOptions(), unit.Options.Tuning.ClipNorm, state, ct);
        var order = new BatchOrder(examples.Count, options.BatchSize, SeededRandom.Derive((ulong)unit.Options.Seed, "agent", $"{place.Period}"));
        var steps = plan.StepsIn(place.Period);
        var end = Math.Min(steps, place.Step + options.SliceSteps);
        var loss = 0.0;
        for (var step = place.Step; step < end; step++)
        {
            ct.ThrowIfCancellationRequested();
            loss += training.Step(examples, order.At(step), plan.RateAt(training.Steps));
            unit.Report(step + 1 - place.Step, end - place.Step);
        }

        loss /= end - place.Step;
        var saved = await training.SaveAsync(artifacts, ct);
        if (end < steps)
        {
            return new UnitResult(
                new AgentSliceTrained(unit.Run.RunId, unit.Run.Generation, place.Slice, "", saved, place.Period, end, Last: false), Artifacts: ArtifactsOf(place, saved));
        }

        var fresh = new CheckpointRow
        {
            CheckpointId = place.Checkpoint,
            Ordinal = place.Period + 1,
            PeriodTime = place.Time,
            LearningRate = plan.RateSum(place.Period),
            Step = training.Steps,
            Weights = saved,
            State = saved,
            Base = place.Base,
            Loss = loss,
        };
        return Finished(unit, place, FirstWins.Kept(unit, await FindAsync(unit.Db, place.Checkpoint, ct), fresh, r => r.State), reused: false);
    }

    private UnitResult Finished(UnitContext unit, Place place, CheckpointRow row, bool reused)
    {
        var (run, generation) = (unit.Run.RunId, unit.Run.Generation);
        IReadOnlyList<IRunMessage> also = [new CheckpointSaved(run, generation, row.CheckpointId, row.Ordinal, row.PeriodTime, row.LearningRate, row.Loss)];
        return new UnitResult(
            new AgentSliceTrained(run, generation, place.Slice, row.CheckpointId, row.State, place.Period + 1, 0, place.Last),
            (db, ct) => reused ? Task.CompletedTask : SaveAsync(db, row, ct),
            ArtifactsOf(place, row.State),
            reused,
            place.Last ? [.. also, new AgentTrained(run, generation, place.Period + 1)] : also);
    }

    // The first slice makes the base too: if that is found damaged, the slice is done again.
    private static string[] ArtifactsOf(Place place, string state) => place.Slice == 0 ? [state, place.Base] : [state];

    private async Task SaveAsync(PipelineDb db, CheckpointRow row, CancellationToken ct)
    {
        var there = await db.Checkpoints.SingleOrDefaultAsync(c => c.CheckpointId == row.CheckpointId, ct);
        if (there is not null && !await FirstWins.ReplacesAsync(row.State, there.State, artifacts.HasFolderAsync, ct))
        {
            return;
        }

        await db.Checkpoints.Where(c => c.CheckpointId == row.CheckpointId).ExecuteDeleteAsync(ct);
        db.Checkpoints.Add(row);
        await db.SaveChangesAsync(ct);
    }

    private async Task<CheckpointRow?> FindAsync(PipelineDb db, string checkpoint, CancellationToken ct) =>
        await db.Checkpoints.SingleOrDefaultAsync(c => c.CheckpointId == checkpoint, ct) is { } row && await artifacts.HasFolderAsync(row.State, ct) ? row : null;

    private async Task<string> CheckpointIdAsync(
        RunOptions options, SnapshotRow snapshot, string baseModel, string previous, IEnumerable<Sample> samples, CancellationToken ct) =>
        ContentHash.Id(
        [
            "checkpoint", $"{CodeVersions.Agent}", previous, await encoders.NameOfAsync(baseModel, ct), await encoders.ReadsAsAsync(snapshot, baseModel, options, ct),
            $"{options.Seed}", RunOptionsReader.ForKeys(options.Agent with { Base = await encoders.NameOfAsync(options.Agent.Base, ct) }), $"{options.Tuning.ClipNorm:R}",
            .. samples.Select(s => s.Id),
        ]);

    private sealed record Place(int Slice, int Period, int Step, string Checkpoint, string Base, double Time, bool Last);
}

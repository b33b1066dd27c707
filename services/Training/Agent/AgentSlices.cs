using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Hosting;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using ZiGong.Models;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Results;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Training.Agent;

/// <summary>Trains the agent chronologically, one slice at a time, with a checkpoint at the end of every period.</summary>
public sealed class AgentSlices(ArtifactStore artifacts, StoredResults results, ModelStore models, Encoders encoders, BaseModels bases)
{
    private static readonly LoraOptions Lora = new();

    /// <summary>A slice ends with the period, or in the middle of it with what the next one goes on from.</summary>
    public async Task<ResultWork> TrainAsync(UnitContext unit, int slice, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var periods = snapshot.ReadPeriods();
        var before = (await RunState.ReadAsync(unit.Db, unit.Run.RunId, ct)).Slices<AgentSliceTrained>(Stage.Agent).Take(slice).ToList();
        var (period, step) = before.Count == 0 ? (0, 0) : (before[^1].Period, before[^1].Step);
        var plan = new AgentPlan([.. periods.Select(p => p.Samples)], unit.Options.Agent);
        var baseModel = await bases.RequireAsync(unit.Options.Agent.Base, snapshot.Encoding, unit.Options, ct);
        var samples = (await unit.Db.MembersAsync(snapshot.SnapshotId, Side.Train, ct)).Where(m => m.Period == period).Select(m => m.Sample).ToList();
        var previous = before.LastOrDefault(s => s.Checkpoint.Length > 0)?.Checkpoint ?? "";
        var checkpoint = await CheckpointIdAsync(unit.Options, snapshot, baseModel, previous, samples, ct);
        var place = new Place(slice, period, step, checkpoint, baseModel, periods[period].Time, period + 1 == periods.Count);
        var state = slice == 0 ? null : (await unit.ResultOfAsync<TrainerStateSummary>(Stage.Agent, Units.Slice(slice - 1), ct)).Content;

        async Task<Trained> TrainedAsync(int end, CancellationToken token)
        {
            var encoder = await encoders.EncoderAsync(unit.Db, snapshot, baseModel, unit.Options, token);
            return await TrainAsync(unit, plan, place, end, state, samples.ConvertAll(s => ToExample(encoder.Encode(s))), token);
        }

        var steps = plan.StepsIn(period);
        var end = Math.Min(steps, step + unit.Options.Agent.SliceSteps);
        return end == steps || (!unit.Recompute && await results.FindAsync(unit.Db, checkpoint, afresh: false, ct) is not null)
            ? Whole(unit, plan, place, token => TrainedAsync(steps, token))
            : Part(unit, place, end, token => TrainedAsync(end, token));
    }

    /// <summary>An encoded sample with its true answer behind the prompt.</summary>
    public static Example ToExample(EncodedPrompt prompt) => new([.. prompt.Prompt, .. prompt.Answers[prompt.Truth]], prompt.Prompt.Length);

    private static ResultWork<CheckpointSummary> Whole(UnitContext unit, AgentPlan plan, Place place, Func<CancellationToken, Task<Trained>> train)
    {
        var (run, generation) = (unit.Run.RunId, unit.Run.Generation);
        return new ResultWork<CheckpointSummary>(
            place.Checkpoint,
            CodeVersions.Agent,
            async ct =>
            {
                var trained = await train(ct);
                var summary = new CheckpointSummary(place.Period + 1, place.Time, plan.RateSum(place.Period), trained.Steps, place.Base, trained.Loss);
                return new Made<CheckpointSummary>(ResultKind.Folder, trained.State, summary) { Parts = Bases.IsNano(place.Base) ? [place.Base] : [] };
            },
            result =>
            {
                var (id, state, summary) = result;
                var saved = new CheckpointSaved(run, generation, id, summary.Ordinal, summary.PeriodTime, summary.LearningRate, summary.Loss);
                return new Told(
                    new AgentSliceTrained(run, generation, place.Slice, id, state, place.Period + 1, 0, place.Last),
                    place.Last ? [saved, new AgentTrained(run, generation, place.Period + 1)] : [saved]);
            });
    }

    /// <summary>A state is known by the checkpoint it leads to and the steps behind it: where slices are cut changes nothing.</summary>
    private static ResultWork<TrainerStateSummary> Part(UnitContext unit, Place place, int end, Func<CancellationToken, Task<Trained>> train) => new(
        ContentHash.Of("agent state", place.Checkpoint, $"{end}"),
        CodeVersions.Agent,
        async ct =>
        {
            var trained = await train(ct);
            return new Made<TrainerStateSummary>(ResultKind.Folder, trained.State, new TrainerStateSummary(end, trained.Loss))
            {
                Parts = Bases.IsNano(place.Base) ? [place.Base] : [],
            };
        },
        result => new Told(new AgentSliceTrained(
            unit.Run.RunId, unit.Run.Generation, place.Slice, Checkpoint: "", result.Content, place.Period, result.Summary.Step, Last: false)));

    private async Task<Trained> TrainAsync(UnitContext unit, AgentPlan plan, Place place, int end, string? state, List<Example> examples, CancellationToken ct)
    {
        var options = unit.Options.Agent;
        using var training = await LoraTraining.OpenAsync(
            models, artifacts, place.Base, Lora, SeededRandom.Derive((ulong)unit.Options.Seed, "agent"), new AdamWOptions(), options.ClipNorm, state, ct);
        var order = new BatchOrder(examples.Count, options.BatchSize, SeededRandom.Derive((ulong)unit.Options.Seed, "agent", $"{place.Period}"));
        var loss = 0.0;
        for (var step = place.Step; step < end; step++)
        {
            ct.ThrowIfCancellationRequested();
            loss += training.Step(examples, order.At(step), plan.RateAt(training.Steps));
            unit.Report(step + 1 - place.Step, end - place.Step);
        }

        return new Trained(await training.SaveAsync(artifacts, ct), training.Steps, loss / (end - place.Step));
    }

    private async Task<string> CheckpointIdAsync(
        RunOptions options, SnapshotRow snapshot, string baseModel, string previous, IEnumerable<Sample> samples, CancellationToken ct) =>
        ContentHash.Id(
        [
            "checkpoint", $"{CodeVersions.Agent}", previous, await encoders.NameOfAsync(baseModel, ct),
            await encoders.ReadsAsAsync(snapshot, baseModel, options, ct),
            $"{options.Seed}", RunOptionsReader.ForKeys(options.Agent with { Base = await encoders.NameOfAsync(options.Agent.Base, ct) }),
            .. samples.Select(s => s.Id),
        ]);

    /// <param name="State">Artifact of the trainer's state.</param>
    /// <param name="Steps">From the start of the training.</param>
    /// <param name="Loss">Mean over the slice.</param>
    private sealed record Trained(string State, long Steps, double Loss);

    private sealed record Place(int Slice, int Period, int Step, string Checkpoint, string Base, double Time, bool Last);
}

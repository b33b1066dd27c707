using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Storage.Entities;

namespace ZiGong.Storage;

/// <summary>A frozen state of a run's agent.</summary>
/// <param name="State">Artifact hash of the trainer's state: weights, moments, position.</param>
/// <param name="Base">Artifact hash of the base model's folder, or the place of one that was given.</param>
/// <param name="Ordinal">From 1.</param>
/// <param name="PeriodTime">t_i in periods.</param>
/// <param name="LearningRate">η_i: sum of the step rates since the previous checkpoint.</param>
/// <param name="Step">Optimizer steps from the start of the training.</param>
/// <param name="Loss">Mean over the steps of its last slice, in nats per answer token.</param>
public sealed record Checkpoint(string Id, string State, string Base, int Ordinal, double PeriodTime, double LearningRate, long Step, double Loss)
{
    public static Checkpoint Of(Stored<CheckpointSummary> result) => new(
        result.Key, result.Content, result.Summary.Base, result.Summary.Ordinal, result.Summary.PeriodTime, result.Summary.LearningRate, result.Summary.Step,
        result.Summary.Loss);
}

/// <summary>A sample's partial scores at every checkpoint of a run, in the order of the checkpoints.</summary>
/// <param name="Losses">The sample's loss at each checkpoint, in nats per answer token.</param>
public sealed record SamplePartials(Guid SampleId, double[] Values, double[] Losses);

/// <summary>All partial scores of a run.</summary>
/// <param name="Checkpoints">By rising ordinal.</param>
/// <param name="Keys">Of the results they were read from, in order.</param>
/// <param name="Samples">By rising sample id.</param>
public sealed record RunPartials(IReadOnlyList<Checkpoint> Checkpoints, IReadOnlyList<string> Keys, IReadOnlyList<SamplePartials> Samples);

/// <summary>A run's TracSeq scores as they are stored.</summary>
/// <param name="Key">Of the result.</param>
/// <param name="Samples">By rising sample id.</param>
public sealed record StoredScores(string Key, ScoresSummary Summary, IReadOnlyList<(Guid SampleId, double Score)> Samples);

/// <summary>Reading a run's scores; used by scoring, selection and the command line.</summary>
public static class ScoreQueries
{
    /// <summary>The checkpoints of a run's agent, by rising ordinal.</summary>
    public static async Task<IReadOnlyList<Checkpoint>> CheckpointsOfAsync(this PipelineDb db, Guid runId, CancellationToken ct)
    {
        var name = nameof(Stage.Agent);

        // A training in the middle is no checkpoint.
        var rows = await db.WorkUnits.Where(u => u.RunId == runId && u.Stage == name && u.State == UnitState.Done)
            .Join(db.Results, u => u.Result, r => r.Key, (u, r) => r)
            .Where(r => EF.Functions.JsonExists(r.Summary, nameof(CheckpointSummary.Ordinal)))
            .ToListAsync(ct);
        return [.. rows.Select(r => Checkpoint.Of(Stored<CheckpointSummary>.Of(r))).OrderBy(c => c.Ordinal)];
    }

    /// <summary>One checkpoint by its id.</summary>
    public static async Task<Checkpoint> CheckpointAsync(this PipelineDb db, string id, CancellationToken ct) =>
        Checkpoint.Of(Stored<CheckpointSummary>.Of(await db.Results.SingleAsync(r => r.Key == id, ct)));

    /// <summary>Partial scores of the training samples of a run's snapshot.</summary>
    /// <exception cref="InvalidOperationException">A sample lacks a score at a checkpoint.</exception>
    public static async Task<RunPartials> PartialsAsync(this PipelineDb db, Guid runId, string snapshot, CancellationToken ct)
    {
        var checkpoints = await db.CheckpointsOfAsync(runId, ct);
        var order = checkpoints.Select((c, i) => (c.Id, i)).ToDictionary(c => c.Id, c => c.i);

        // Units of a checkpoint that was made anew under another id stand beside those of its successor.
        var results = (await db.ResultsOfAsync<PartialsSummary>(runId, Stage.Partials, ct)).Where(r => order.ContainsKey(CheckpointOf(r.Key))).ToList();
        var checkpointOf = results.ToDictionary(
            r => Guid.ParseExact(r.Value.Key, "N"), r => order[CheckpointOf(r.Key)]);
        var training = await db.SnapshotMembers.Where(m => m.SnapshotId == snapshot && m.Side == Credit.Side.Train)
            .OrderBy(m => m.SampleId)
            .Select(m => m.SampleId)
            .ToListAsync(ct);
        var samples = training.ToDictionary(id => id, id => new SamplePartials(id, Empty(checkpoints.Count), Empty(checkpoints.Count)));
        var keys = checkpointOf.Keys.ToArray();
        await foreach (var row in db.PartialScores.Where(p => keys.Contains(p.ScoreKey)).AsAsyncEnumerable().WithCancellation(ct))
        {
            if (samples.TryGetValue(row.SampleId, out var sample))
            {
                sample.Values[checkpointOf[row.ScoreKey]] = row.Value;
                sample.Losses[checkpointOf[row.ScoreKey]] = row.Loss;
            }
        }

        foreach (var sample in samples.Values)
        {
            var missing = Array.FindIndex(sample.Values, double.IsNaN);
            if (missing >= 0)
            {
                throw new InvalidOperationException($"sample {sample.SampleId:N} has no partial score at checkpoint {checkpoints[missing].Id}");
            }
        }

        return new RunPartials(
            checkpoints, [.. results.OrderBy(r => r.Key, StringComparer.Ordinal).Select(r => r.Value.Key)], [.. training.Select(id => samples[id])]);
    }

    /// <summary>The TracSeq scores that a run's scoring stored.</summary>
    /// <exception cref="InvalidOperationException">The run has none yet.</exception>
    public static async Task<StoredScores> ScoresAsync(this PipelineDb db, Guid runId, CancellationToken ct)
    {
        var result = await db.ResultOfAsync<ScoresSummary>(runId, Stage.Scores, "scores", ct);
        var shards = await db.Scores.Where(s => s.ScoreKey == result.Key).ToListAsync(ct);
        return new StoredScores(
            result.Key, result.Summary,
            [.. shards.SelectMany(s => s.Samples.Zip(s.Scores)).Select(s => (SampleId: s.First, Score: s.Second)).OrderBy(s => s.SampleId)]);
    }

    /// <summary>Mean error, rank correlation and top overlap of a run's sketched gradients; null where they are exact.</summary>
    public static async Task<(double Error, double Spearman, double Overlap)?> SketchErrorAsync(this PipelineDb db, Guid runId, CancellationToken ct)
    {
        var gradients = await db.ResultsOfAsync<GradientSummary>(runId, Stage.Gradients, ct);
        var errors = gradients.Values.DistinctBy(g => g.Key).Select(g => g.Summary).Where(g => g.SketchError is not null).ToList();
        return errors.Count == 0
            ? null
            : (errors.Average(e => e.SketchError!.Value), errors.Average(e => e.SketchSpearman!.Value), errors.Average(e => e.SketchOverlap!.Value));
    }

    private static string CheckpointOf(string pair) => pair[..pair.IndexOf('/', StringComparison.Ordinal)];

    private static double[] Empty(int count)
    {
        var values = new double[count];
        Array.Fill(values, double.NaN);
        return values;
    }
}

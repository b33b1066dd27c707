using Microsoft.EntityFrameworkCore;
using ZiGong.Cli.Runs;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Metrics;
using ZiGong.Reports.Charts;
using ZiGong.Reports.OfRun;
using ZiGong.Reports.Runs;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Cli.Reports;

/// <summary>Gathers what a report tells of a run from the database and the artifacts.</summary>
public sealed class RunFactsReader(PipelineDb db, ArtifactStore artifacts)
{
    public async Task<RunFacts> ReadAsync(RunRow run, CancellationToken ct)
    {
        var view = await RunView.ReadAsync(db, run.RunId, await LastMomentAsync(run, ct), ct);
        var result = await RunResult.ReadAsync(db, view, ct);
        var descriptor = DescriptorFile.Parse(run.Descriptor, "the run's descriptor");
        var options = RunOptionsReader.Read(run.Options);
        var snapshot = view.Snapshot;
        return new RunFacts(
            result,
            descriptor,
            options,
            RunOptionsReader.Differences(options),
            snapshot is null ? [] : await SidesAsync(snapshot.SnapshotId, descriptor.Answer.Positive, ct),
            snapshot is null ? [] : snapshot.ReadPeriods(),
            snapshot is null ? new Dictionary<string, int>() : await PeriodsAsync(snapshot.SnapshotId, ct),
            await db.CheckpointsOfAsync(run.RunId, ct),
            result.Report is { Generative: null } report ? await PredictionsAsync(report.Lineage, ct) : []);
    }

    /// <summary>None of an evaluation that kept none; a damaged file is an error, since the page would be silent about it.</summary>
    private async Task<IReadOnlyList<ModelPredictions>> PredictionsAsync(Lineage lineage, CancellationToken ct)
    {
        var models = new List<ModelPredictions>();
        foreach (var (name, ink, hash) in new[] { ("model", Ink.Model, lineage.Predictions), ("scorecard", Ink.Baseline, lineage.ScorecardPredictions) })
        {
            if (hash is not null)
            {
                models.Add(new ModelPredictions(
                    name, ink, PredictionFile.ToPredictions(PredictionFile.Read(await File.ReadAllBytesAsync(await artifacts.RequireAsync(hash, ct), ct)))));
            }
        }

        return models;
    }

    /// <summary>An unfinished run is told as of its last change and not as of now, so that the same state gives the same report.</summary>
    private async Task<TimeProvider> LastMomentAsync(RunRow run, CancellationToken ct)
    {
        var times = await db.WorkUnits.Where(u => u.RunId == run.RunId).Select(u => new { u.StartedAt, u.FinishedAt }).ToListAsync(ct);
        return new StandingClock(
            times.SelectMany(t => new[] { t.StartedAt, t.FinishedAt }).Append(run.FinishedAt).OfType<DateTimeOffset>().DefaultIfEmpty(run.RequestedAt).Max());
    }

    private async Task<IReadOnlyList<SideFacts>> SidesAsync(string snapshot, string positive, CancellationToken ct)
    {
        var sides = await db.SnapshotMembers.Where(m => m.SnapshotId == snapshot && m.Side != Side.Idle)
            .Join(db.Samples, m => m.SampleId, s => s.SampleId, (m, s) => new { m.Side, s.Answer, s.ObservedAt, s.LabelKnownAt })
            .GroupBy(s => s.Side)
            .Select(g => new
            {
                g.Key, Count = g.Count(), Positives = g.Count(s => s.Answer == positive), From = g.Min(s => s.ObservedAt), To = g.Max(s => s.ObservedAt),
                Known = g.Max(s => s.LabelKnownAt),
            })
            .ToListAsync(ct);
        return [.. sides.OrderBy(s => s.Key).Select(s => new SideFacts(s.Key, s.Count, s.Positives, s.From, s.To, s.Known))];
    }

    private async Task<IReadOnlyDictionary<string, int>> PeriodsAsync(string snapshot, CancellationToken ct) =>
        (await db.SnapshotMembers.Where(m => m.SnapshotId == snapshot && m.Side == Side.Train).Select(m => new { m.SampleId, m.Period }).ToListAsync(ct))
            .ToDictionary(m => ContentHash.FromGuid(m.SampleId), m => m.Period);

    private sealed class StandingClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}

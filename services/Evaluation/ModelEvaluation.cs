using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Scorecards;
using ZiGong.Evaluation.Generative;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Results;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Evaluation;

/// <summary>An adapter and where its base lies for this run.</summary>
/// <param name="Artifact">Hash of the adapter's folder.</param>
public sealed record TunedAdapter(string Artifact, string Base);

/// <summary>
/// Measures the tuned adapter on the test side, which nothing before in its run has looked at, beside majority class, scorecard and champion.
/// </summary>
public sealed class ModelEvaluation(
    Encoders encoders, AdapterPredictions predictions, FittedScorecards scorecards, GenerativeEvaluation generative, FurtherTaskEvaluation furtherTasks,
    ArtifactStore artifacts)
{
    public async Task<ResultWork> EvaluateAsync(UnitContext unit, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var tuned = await unit.LastResultOfAsync<AdapterSummary>(Stage.Tuning, ct);
        var adapter = new TunedAdapter(tuned.Content, Bases.PlaceOf(tuned.Summary.Base, unit.Options.Tuning.Base));
        var champion = unit.Run.Kind == RunKind.Experiment
            ? null
            : await unit.Db.Models.SingleOrDefaultAsync(m => m.Dataset == unit.Run.Dataset && m.State == ModelState.Champion, ct);
        var key = KeyOf(unit, adapter.Artifact, champion?.ModelId);
        return new ResultWork<EvaluationSummary>(
            key, CodeVersions.Evaluation, async token => Made(unit, key, champion?.ModelId, await MeasureAsync(unit, snapshot, adapter, champion, token)),
            result => Tell(unit, result))
        {
            // Another arm may have come to the same adapter.
            IsLookedUp = unit.Run.Kind == RunKind.Experiment,
        };
    }

    private async Task<EvaluationReport> MeasureAsync(
        UnitContext unit, SnapshotRow snapshot, TunedAdapter adapter, RegisteredModel? champion, CancellationToken ct)
    {
        var uri = artifacts.FolderUri(adapter.Artifact).AbsoluteUri;
        var descriptor = DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor");
        var others = await furtherTasks.MeasureAsync(unit, snapshot, descriptor, adapter, ct);
        if (descriptor.Answer.IsFree)
        {
            var written = await generative.EvaluateAsync(
                unit, snapshot, descriptor, adapter, champion, await LineageAsync(unit, snapshot, adapter, ct), uri, ct);
            return written with { OtherTasks = others };
        }

        var data = await EvaluationData.ReadAsync(unit, snapshot, descriptor, encoders, ct);
        var progress = new EvaluationProgress(unit.Report, parts: champion is null ? 3 : 4);
        var encoder = await encoders.EncoderAsync(unit.Db, snapshot, adapter.Base, unit.Options, ct);
        var output = await predictions.PredictAsync(
            adapter.Base, adapter.Artifact, encoder, data.Answers, data.Test, data.Scored, progress.NextOf(data.Test.Count), ct);
        var (championAnswers, championFault) = await ChampionAsync(champion, data, unit, progress, ct);
        var key = new ScorecardKey(snapshot.SnapshotId, descriptor.Task, snapshot.Encoding, SeedOf(unit));
        var fitted = progress.Next();
        var scorecard = scorecards.Of(key, () => Scorecard.Fit(data.Encoding, data.Training, key.Seed, progress: fitted, ct: ct), ct);
        fitted(1);
        var scorecardProbabilities = scorecard.Predict(data.Encoding, data.Test);
        var lineage = await LineageAsync(unit, snapshot, adapter, ct) with
        {
            Predictions = await KeepAsync(data, output.Probabilities, output, ct),
            ScorecardPredictions = await KeepAsync(data, scorecardProbabilities, output: null, ct),
        };
        var said = new TestSideAnswers(output, scorecard, scorecardProbabilities, championAnswers?.Rows, championFault)
        {
            ChampionSaid = championAnswers?.Said,
        };
        var origin = new ModelOrigin(uri, lineage, snapshot.ReadNotes());
        return ReportWriting.Of(data, said, origin, unit.Options.Evaluation, SeedOf(unit), ct) with { OtherTasks = others };
    }

    private static ulong SeedOf(UnitContext unit) => SeededRandom.Derive((ulong)unit.Options.Seed, "evaluation");

    private static Made<EvaluationSummary> Made(UnitContext unit, string key, string? champion, EvaluationReport report)
    {
        var row = new EvaluationRow
        {
            EvaluationKey = key,
            RunId = unit.Run.RunId,
            Champion = champion,
            Metrics = JsonSerializer.Serialize(report.Figures),
            Report = JsonSerializer.Serialize(report),
            Passed = report.FailedGates.Count == 0,
        };
        var summary = new EvaluationSummary(
            champion, row.Passed, Value(report, Metric.Ks), Value(report, Metric.Auc), report.AllAnswers?.Model.Accuracy.Value ?? Value(report, Metric.Acc),
            Value(report, Metric.Miss));

        // Of arms that share it each was chosen another way, which changes nothing of what was measured.
        var measured = report with { Lineage = report.Lineage with { Selection = "", Dataset = "", Options = "" } };
        return new Made<EvaluationSummary>(ResultKind.Rows, ContentHash.Of(JsonSerializer.Serialize(measured)), summary)
        {
            Rows = 1,
            Parts = [.. new[] { report.Lineage.Predictions, report.Lineage.ScorecardPredictions }.OfType<string>()],
            Save = (db, ct) => SaveAsync(db, row, ct),
        };
    }

    private static Told Tell(UnitContext unit, Stored<EvaluationSummary> result)
    {
        var (_, passed, ks, auc, accuracy, miss) = result.Summary;
        return new Told(new ModelEvaluated(unit.Run.RunId, unit.Run.Generation, result.Key, ks, auc, accuracy, miss, passed));
    }

    private static async Task SaveAsync(PipelineDb db, EvaluationRow row, CancellationToken ct)
    {
        await db.Evaluations.Where(e => e.EvaluationKey == row.EvaluationKey).ExecuteDeleteAsync(ct);
        db.Evaluations.Add(row);
        await db.SaveChangesAsync(ct);
    }

    private static double? Value(EvaluationReport report, Metric metric) => report.Model.Values.TryGetValue(metric, out var interval) ? interval.Value : null;

    /// <summary>
    /// A run's own with the champion it was measured against, anew in each generation; of an experiment's arm that of all arms with the same adapter.
    /// </summary>
    private static string KeyOf(UnitContext unit, string adapter, string? champion) => unit.Run.Kind == RunKind.Experiment
        ? ContentHash.Of(
            "arm evaluation", $"{CodeVersions.Evaluation}", unit.Run.SnapshotId!, adapter, $"{unit.Options.Seed}",
            RunOptionsReader.ForKeys(unit.Options.Evaluation), RunOptionsReader.ForKeys(unit.Options.Templating))
        : ContentHash.Of(
        [
            "evaluation", $"{CodeVersions.Evaluation}", unit.Run.RunId.ToString("N"), adapter, champion ?? "",
            .. unit.Run.Generation == 1 ? [] : (string[])[$"{unit.Run.Generation}"],
        ]);

    /// <returns>The champion's answers to the same rows; nothing, and why, where it cannot be loaded: without a comparison nobody is promoted.</returns>
    private async Task<(ChampionAnswers? Answers, string? Fault)> ChampionAsync(
        RegisteredModel? champion, EvaluationData data, UnitContext unit, EvaluationProgress progress, CancellationToken ct)
    {
        if (champion is null)
        {
            return (null, null);
        }

        try
        {
            return (await PredictAsync(champion, data, unit, progress.NextOf(data.Test.Count), ct), null);
        }
        catch (Exception e) when (e is DamagedArtifactException or InputException or InvalidDataException or JsonException)
        {
            return (null, $"champion {champion.ModelId} cannot be compared with: {e.Message}");
        }
    }

    private async Task<ChampionAnswers> PredictAsync(
        RegisteredModel champion, EvaluationData data, UnitContext unit, Action<int> progress, CancellationToken ct)
    {
        var encoder = await ChampionEncoderAsync(encoders, champion, unit, ct);
        var output = await predictions.PredictAsync(champion.Base, champion.Adapter, encoder, data.Answers, data.Test, scored: [], progress, ct);
        return output.Probabilities.All(double.IsFinite)
            ? new ChampionAnswers(Predictions.Of(output.Probabilities, data.TestPositive, output.Generated), output.Said)
            : throw new InvalidDataException($"{output.Probabilities.Count(p => !double.IsFinite(p))} of its probabilities are not numbers");
    }

    /// <summary>Prompts as the champion was tuned on: with its own run's wording, reading and worked examples.</summary>
    internal static async Task<IPromptEncoder> ChampionEncoderAsync(Encoders encoders, RegisteredModel champion, UnitContext unit, CancellationToken ct)
    {
        var run = await unit.Db.Runs.SingleOrDefaultAsync(r => r.RunId == champion.RunId, ct);
        var options = run is null ? unit.Options : RunOptionsReader.Read(run.Options);
        var snapshot = new SnapshotRow { SnapshotId = run?.SnapshotId ?? unit.Run.SnapshotId!, Encoding = champion.Encoding, Descriptor = unit.Run.Descriptor };
        return await encoders.EncoderAsync(unit.Db, snapshot, champion.Base, options, ct);
    }

    /// <returns>Hash of the artifact with these predictions of the test side.</returns>
    private Task<string> KeepAsync(
        EvaluationData data, IReadOnlyList<double> probabilities, AdapterOutput? output, CancellationToken ct) => artifacts.PutAsync(
        PredictionFile.Write(data.Test.Select((s, i) => new SamplePrediction(
            s.Id,
            data.TestPositive[i],
            double.IsFinite(probabilities[i]) ? probabilities[i] : double.NaN,
            output?.Generated[i],
            output?.Said.Count > 0 ? s.Answer : null,
            output?.Said.Count > 0 ? (output.Said[i] < 0 ? "" : data.Answers.Allowed[output.Said[i]]) : null))),
        ct);

    /// <summary>What the champion says of the test side.</summary>
    private sealed record ChampionAnswers(Predictions Rows, IReadOnlyList<int> Said);

    private static async Task<Lineage> LineageAsync(UnitContext unit, SnapshotRow snapshot, TunedAdapter adapter, CancellationToken ct)
    {
        return new Lineage(
            snapshot.SnapshotId,
            (await unit.ResultOfAsync<SelectionSummary>(Stage.Selection, "selection", ct)).Content,
            (await unit.ResultOfAsync<DatasetSummary>(Stage.Dataset, "dataset", ct)).Content,
            adapter.Base,
            adapter.Artifact,
            ContentHash.Of(RunOptionsReader.ForKeys(unit.Options)),
            unit.Run.CodeVersion);
    }
}

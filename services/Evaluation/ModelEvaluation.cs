using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Scorecards;
using ZiGong.Evaluation.Generative;
using ZiGong.Hosting;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Evaluation;

/// <summary>Measures the tuned adapter on the test side, which nothing before has looked at, beside majority class, scorecard and champion.</summary>
public sealed class ModelEvaluation(ModelStore models, AdapterPredictions predictions, GenerativeEvaluation generative, ArtifactStore artifacts)
{
    public async Task<UnitResult> EvaluateAsync(UnitContext unit, AdapterTrained trained, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        if (unit is { Run.Kind: RunKinds.Experiment, Recompute: false } && await FindAsync(unit, trained, ct) is { } found)
        {
            return found;
        }

        var adapter = await unit.Db.Adapters.OrderBy(a => a.AdapterKey).FirstAsync(a => a.Artifact == trained.Adapter, ct);
        var champion = unit.Run.Kind == RunKinds.Experiment ? null : await unit.Db.Models.SingleOrDefaultAsync(m => m.Dataset == unit.Run.Dataset && m.State == "champion", ct);
        var descriptor = DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor");
        var others = await OtherTasksAsync(unit, snapshot, descriptor, adapter, ct);
        if (descriptor.Answer.IsFree)
        {
            var written = await generative.EvaluateAsync(unit, snapshot, descriptor, adapter, champion, await LineageAsync(unit, snapshot, adapter, ct), trained.AdapterUri, ct);
            return Result(unit, written with { OtherTasks = others }, champion?.ModelId);
        }

        var data = await ReadAsync(unit, snapshot, descriptor, ct);
        var seed = SeededRandom.Derive((ulong)unit.Options.Seed, "evaluation");
        var total = data.Test.Count * (champion is null ? 1 : 2);
        var done = 0;
        Action<int> progress = n => unit.Report(done += n, total);

        var encoder = await models.EncoderAsync(unit.Db, snapshot, adapter.Base, unit.Options, ct);
        var output = await predictions.PredictAsync(adapter.Base, adapter.Artifact, encoder, data.Answers, data.Test, progress, ct);
        var rows = Predictions.Of(output.Probabilities, data.TestPositive, output.Generated);
        var scorecard = Scorecard.Fit(data.Encoding, data.Training, seed);
        var scorecardProbabilities = scorecard.Predict(data.Encoding, data.Test);
        var scorecardRows = Predictions.Of(scorecardProbabilities, data.TestPositive);
        var majority = MajorityClass.Probability(data.TrainingPositive);
        var majorityRows = Predictions.Of([.. data.Test.Select(_ => majority)], data.TestPositive);
        var (championRows, championFault) = await ChampionAsync(champion, data, unit, progress, ct);

        var resamples = unit.Options.Evaluation.Resamples;
        var metrics = Bootstrap.Evaluate(rows, seed, resamples);
        var againstChampion = championRows is null ? null : Bootstrap.Compare(rows, championRows, seed, resamples);
        var fairness = FairnessOf(data, output.Probabilities);
        var drift = Drift.Measure(data.Encoding, data.Test);
        IReadOnlyList<GateResult> gates =
        [
            .. Gates.Check(new GateFigures(metrics, againstChampion, fairness, drift), GatesOf(unit.Options.Evaluation)),
            .. championFault is null ? (GateResult[])[] : [new GateResult("champion", GateVerdict.Failed, championFault)],
        ];
        var lineage = await LineageAsync(unit, snapshot, adapter, ct) with
        {
            Predictions = await KeepAsync(data, output.Probabilities, output.Generated, ct),
            ScorecardPredictions = await KeepAsync(data, scorecardProbabilities, generated: null, ct),
        };
        var report = new EvaluationReport(
            metrics,
            Bootstrap.Evaluate(scorecardRows, seed, resamples),
            Bootstrap.Evaluate(majorityRows, seed, resamples),
            Bootstrap.Compare(rows, scorecardRows, seed, resamples),
            againstChampion,
            scorecard.C,
            fairness,
            drift,
            gates,
            [.. gates.Where(g => g.Verdict == GateVerdict.Failed).Select(g => $"{g.Gate}: {g.Figures}")],
            data.Training.Count,
            data.TrainingPositive.Count(p => p),
            data.Kept.Count,
            data.Training.Where((s, i) => data.TrainingPositive[i] && data.Kept.Contains(s.Id)).Count(),
            trained.AdapterUri,
            lineage,
            JsonSerializer.Deserialize<string[]>(snapshot.Notes)!)
        {
            OtherTasks = others,
        };
        return Result(unit, report, champion?.ModelId);
    }

    private static UnitResult Result(UnitContext unit, EvaluationReport report, string? champion)
    {
        var figures = report.Generative?.Figures ?? report.Model.Values.ToDictionary(v => v.Key.ToString(), v => v.Value.Value);
        var passed = report.FailedGates.Count == 0;
        var row = new EvaluationRow
        {
            EvaluationKey = KeyOf(unit, report.Lineage.Adapter, champion),
            RunId = unit.Run.RunId,
            Champion = champion,
            Metrics = JsonSerializer.Serialize(figures),
            Report = JsonSerializer.Serialize(report),
            Passed = passed,
        };
        return new UnitResult(
            Outcome(unit, row.EvaluationKey, report, passed),
            async (db, ct) =>
            {
                await db.Evaluations.Where(e => e.EvaluationKey == row.EvaluationKey).ExecuteDeleteAsync(ct);
                db.Evaluations.Add(row);
                await db.SaveChangesAsync(ct);
            },
            [.. new[] { report.Lineage.Predictions, report.Lineage.ScorecardPredictions }.OfType<string>()]);
    }

    private static ModelEvaluated Outcome(UnitContext unit, string key, EvaluationReport report, bool passed) => new(
        unit.Run.RunId, unit.Run.Generation, key, Value(report, Metric.Ks), Value(report, Metric.Auc), Value(report, Metric.Acc), Value(report, Metric.Miss), passed);

    private static double? Value(EvaluationReport report, Metric metric) => report.Model.Values.TryGetValue(metric, out var interval) ? interval.Value : null;

    /// <summary>A run's own with the champion it was measured against; of an experiment's arm that of all arms with the same adapter.</summary>
    private static string KeyOf(UnitContext unit, string adapter, string? champion) => unit.Run.Kind == RunKinds.Experiment
        ? ContentHash.Of(
            "arm evaluation", $"{CodeVersions.Evaluation}", unit.Run.SnapshotId!, adapter, $"{unit.Options.Seed}",
            JsonSerializer.Serialize(unit.Options.Evaluation, RunOptionsReader.Json), JsonSerializer.Serialize(unit.Options.Templating, RunOptionsReader.Json))
        : ContentHash.Of("evaluation", $"{CodeVersions.Evaluation}", unit.Run.RunId.ToString("N"), adapter, champion ?? "");

    /// <summary>What another arm with the same adapter came to.</summary>
    private static async Task<UnitResult?> FindAsync(UnitContext unit, AdapterTrained trained, CancellationToken ct)
    {
        var key = KeyOf(unit, trained.Adapter, champion: null);
        return await unit.Db.Evaluations.SingleOrDefaultAsync(e => e.EvaluationKey == key, ct) is { } row
            ? new UnitResult(Outcome(unit, key, JsonSerializer.Deserialize<EvaluationReport>(row.Report)!, row.Passed), Reused: true)
            : null;
    }

    /// <returns>The champion's predictions on the same rows; nothing, and why, where it cannot be loaded any more: without a comparison nobody is promoted.</returns>
    private async Task<(Predictions? Rows, string? Fault)> ChampionAsync(
        RegisteredModel? champion, EvaluationData data, UnitContext unit, Action<int> progress, CancellationToken ct)
    {
        if (champion is null)
        {
            return (null, null);
        }

        try
        {
            return (await PredictAsync(champion, data, unit, progress, ct), null);
        }
        catch (Exception e) when (e is DamagedArtifactException or InputException or InvalidDataException)
        {
            return (null, $"champion {champion.ModelId} cannot be loaded: {e.Message}");
        }
    }

    private async Task<Predictions> PredictAsync(RegisteredModel champion, EvaluationData data, UnitContext unit, Action<int> progress, CancellationToken ct)
    {
        var encoder = await ChampionEncoderAsync(models, champion, unit, ct);
        var output = await predictions.PredictAsync(champion.Base, champion.Adapter, encoder, data.Answers, data.Test, progress, ct);
        return Predictions.Of(output.Probabilities, data.TestPositive, output.Generated);
    }

    /// <summary>Prompts as the champion was tuned on: with its own run's wording, reading and worked examples.</summary>
    internal static async Task<IPromptEncoder> ChampionEncoderAsync(ModelStore models, RegisteredModel champion, UnitContext unit, CancellationToken ct)
    {
        var run = await unit.Db.Runs.SingleOrDefaultAsync(r => r.RunId == champion.RunId, ct);
        var options = run is null ? unit.Options : RunOptionsReader.Read(run.Options);
        var snapshot = new SnapshotRow { SnapshotId = run?.SnapshotId ?? unit.Run.SnapshotId!, Encoding = champion.Encoding, Descriptor = unit.Run.Descriptor };
        return await models.EncoderAsync(unit.Db, snapshot, champion.Base, options, ct);
    }

    private async Task<EvaluationData> ReadAsync(UnitContext unit, SnapshotRow snapshot, DatasetDescriptor descriptor, CancellationToken ct)
    {
        var (training, test) = (await MembersAsync(unit, snapshot, descriptor, Side.Train, ct), await MembersAsync(unit, snapshot, descriptor, Side.Test, ct));
        var kept = (await KeptAsync(unit, ct)).Select(ContentHash.FromGuid).ToHashSet(StringComparer.Ordinal);
        return new EvaluationData(
            descriptor,
            new AnswerSet(descriptor.Answer.Allowed, descriptor.Answer.Positive),
            await models.EncodingAsync(snapshot.Encoding, ct),
            training,
            [.. training.Select(s => s.Answer == descriptor.Answer.Positive)],
            test,
            [.. test.Select(s => s.Answer == descriptor.Answer.Positive)],
            descriptor.MoreTasks.Count == 0 ? kept : [.. training.Select(s => s.Id).Where(kept.Contains)]);
    }

    /// <summary>One side's samples of the descriptor's own task, the primary one where there are several.</summary>
    internal static async Task<List<Sample>> MembersAsync(UnitContext unit, SnapshotRow snapshot, DatasetDescriptor task, Side side, CancellationToken ct)
    {
        var all = await unit.Db.MembersAsync(snapshot.SnapshotId, side, ct);
        var several = DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor").MoreTasks.Count > 0;
        return [.. all.Select(m => m.Sample).Where(s => !several || s.Task == task.Task)];
    }

    /// <summary>The further tasks: measured on their own test samples, without a say in the verdict.</summary>
    private async Task<IReadOnlyList<TaskFindings>> OtherTasksAsync(UnitContext unit, SnapshotRow snapshot, DatasetDescriptor descriptor, AdapterRow adapter, CancellationToken ct)
    {
        var found = new List<TaskFindings>();
        var (seed, resamples) = (SeededRandom.Derive((ulong)unit.Options.Seed, "evaluation"), unit.Options.Evaluation.Resamples);
        foreach (var task in descriptor.Tasks.Skip(1))
        {
            if (task.Answer.IsFree)
            {
                found.Add(new TaskFindings(task.Task, null, null, await generative.MeasureAsync(unit, snapshot, task, adapter, ct), null));
                continue;
            }

            var training = await MembersAsync(unit, snapshot, task, Side.Train, ct);
            var test = await MembersAsync(unit, snapshot, task, Side.Test, ct);
            bool[] positive = [.. test.Select(s => s.Answer == task.Answer.Positive)];
            if (positive.Distinct().Count() < 2)
            {
                found.Add(new TaskFindings(task.Task, null, null, null, $"the {test.Count} test samples hold {positive.Count(p => p)} with answer '{task.Answer.Positive}': KS and AUC need both"));
                continue;
            }

            var encoder = await models.EncoderAsync(unit.Db, snapshot, adapter.Base, unit.Options, ct);
            var output = await predictions.PredictAsync(adapter.Base, adapter.Artifact, encoder, new AnswerSet(task.Answer.Allowed, task.Answer.Positive), test, _ => { }, ct);
            var majority = MajorityClass.Probability([.. training.Select(s => s.Answer == task.Answer.Positive)]);
            found.Add(new TaskFindings(
                task.Task,
                Bootstrap.Evaluate(Predictions.Of(output.Probabilities, positive, output.Generated), seed, resamples),
                Bootstrap.Evaluate(Predictions.Of([.. test.Select(_ => majority)], positive), seed, resamples),
                null,
                null));
        }

        return found;
    }

    /// <summary>The run's selection.</summary>
    internal static async Task<IReadOnlyList<Guid>> KeptAsync(UnitContext unit, CancellationToken ct)
    {
        var selection = await unit.Db.WorkUnits
            .Where(u => u.RunId == unit.Run.RunId && u.Stage == Stage.Selection.ToString())
            .Select(u => u.Artifacts)
            .SingleAsync(ct);
        return await unit.Db.SelectionMembers.Where(m => m.SelectionKey == selection[1]).Select(m => m.SampleId).ToListAsync(ct);
    }

    /// <returns>Hash of the artifact with these predictions of the test side.</returns>
    private Task<string> KeepAsync(
        EvaluationData data, IReadOnlyList<double> probabilities, IReadOnlyList<Predictions.Generated>? generated, CancellationToken ct) =>
        artifacts.PutAsync(
            PredictionFile.Write(data.Test.Select((s, i) => new SamplePrediction(s.Id, data.TestPositive[i], probabilities[i], generated?[i]))), ct);

    private static List<FairnessReport> FairnessOf(EvaluationData data, IReadOnlyList<double> probabilities) =>
        [.. data.Descriptor.Fields.Where(f => f.Protected).Select(field => Fairness.Measure(
            field.Name,
            [.. data.Test.Select(s => s.Fields.TryGetValue(field.Name, out var value) ? field.GroupOf(value) : "missing")],
            probabilities,
            data.TestPositive))];

    private static GateOptions GatesOf(EvaluationOptions options) => new(MaxKsLoss: options.MaximumKsFall, MaxMiss: options.MaximumMiss);

    private static async Task<Lineage> LineageAsync(UnitContext unit, SnapshotRow snapshot, AdapterRow adapter, CancellationToken ct)
    {
        var state = await RunState.ReadAsync(unit.Db, unit.Run.RunId, ct);
        return new Lineage(
            snapshot.SnapshotId,
            state.Outcome<SamplesSelected>(Stage.Selection, "selection")!.Selection,
            state.Outcome<DatasetTemplated>(Stage.Dataset, "dataset")!.Dataset,
            adapter.Base,
            adapter.Artifact,
            ContentHash.Of(RunOptionsReader.Write(unit.Options)),
            unit.Run.CodeVersion);
    }

    private sealed record EvaluationData(
        DatasetDescriptor Descriptor,
        AnswerSet Answers,
        SampleEncoding Encoding,
        IReadOnlyList<Sample> Training,
        bool[] TrainingPositive,
        IReadOnlyList<Sample> Test,
        bool[] TestPositive,
        HashSet<string> Kept);
}

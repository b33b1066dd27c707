using System.Text.Json;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit.Evaluations;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Control;

/// <summary>
/// Announces the evaluated model: champion and <see cref="ModelReady"/>, or <see cref="ModelRejected"/> with the gates' figures. An experiment's
/// run ends with <see cref="ArmMeasured"/>.
/// </summary>
public sealed class PromoteModelConsumer(StageRunner stages) : IConsumer<ModelEvaluated>
{
    public Task Consume(ConsumeContext<ModelEvaluated> context) =>
        stages.RunAsync(context.Message, new UnitKey(Stage.Model, "model"), (unit, ct) => AnnounceAsync(unit, context.Message, ct), context.CancellationToken);

    private static async Task<UnitResult> AnnounceAsync(UnitContext unit, ModelEvaluated evaluated, CancellationToken ct)
    {
        if (unit.Run.Kind == RunKind.Experiment)
        {
            // Neither champion nor news: whoever waits for models must not hear of it.
            return new UnitResult(
                new ArmMeasured(unit.Run.RunId, evaluated.Generation, evaluated.Evaluation), (db, token) => RunEnds.CompleteAsync(db, unit.Run.RunId, token));
        }

        var key = (await unit.ResultOfAsync<EvaluationSummary>(Stage.Evaluation, "evaluation", ct)).Key;
        var evaluation = await unit.Db.Evaluations.SingleAsync(e => e.EvaluationKey == key, ct);
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var champion = await unit.Db.Models.SingleOrDefaultAsync(m => m.Dataset == unit.Run.Dataset && m.State == ModelState.Champion, ct);
        if (champion?.ModelId != evaluation.Champion && champion?.RunId != unit.Run.RunId)
        {
            throw new ChampionChangedException(evaluation.Champion, champion?.ModelId);
        }

        var report = JsonSerializer.Deserialize<EvaluationReport>(evaluation.Report)!;
        var metrics = JsonSerializer.Deserialize<Dictionary<string, double>>(evaluation.Metrics)!;
        var reasons = Promotion.ReasonsAgainst(report.FailedGates, snapshot.Watermark, champion?.SnapshotWatermark);
        var model = new RegisteredModel
        {
            ModelId = ContentHash.Id(unit.Run.RunId.ToString("N"), report.Lineage.Adapter),
            Dataset = unit.Run.Dataset,
            RunId = unit.Run.RunId,
            SnapshotWatermark = snapshot.Watermark,
            Adapter = report.Lineage.Adapter,
            AdapterUri = report.AdapterUri,
            Base = report.Lineage.Base,
            Encoding = snapshot.Encoding,
            State = reasons.Count == 0 ? ModelState.Champion : ModelState.Rejected,
            Metrics = evaluation.Metrics,
        };
        IRunMessage outcome = reasons.Count == 0
            ? new ModelReady(unit.Run.RunId, evaluated.Generation, model.ModelId, model.AdapterUri, metrics, report.Lineage)
            : new ModelRejected(unit.Run.RunId, evaluated.Generation, model.ModelId, reasons, model.AdapterUri, metrics, report.Lineage, report.Failures);
        return new UnitResult(outcome, (db, token) => RegisterAsync(db, model, champion?.ModelId, token));
    }

    /// <summary>Compare and set: only the champion that the evaluation was measured against may be replaced.</summary>
    private static async Task RegisterAsync(PipelineDb db, RegisteredModel model, string? expected, CancellationToken ct)
    {
        if (model.State == ModelState.Champion)
        {
            var retired = await db.Models.Where(m => m.Dataset == model.Dataset && m.State == ModelState.Champion && m.ModelId == expected)
                .ExecuteUpdateAsync(set => set.SetProperty(m => m.State, ModelState.Retired), ct);
            if (retired == 0 && expected is not null)
            {
                throw new ChampionChangedException(expected, null);
            }
        }

        await db.Models.Where(m => m.ModelId == model.ModelId).ExecuteDeleteAsync(ct);
        db.Models.Add(model);
        await RunEnds.CompleteAsync(db, model.RunId, ct);
        await db.SaveChangesAsync(ct);
    }
}

/// <summary>Another run's model became champion since the evaluation; the attempt counts, and the evaluation has to be done again.</summary>
public sealed class ChampionChangedException(string? evaluatedAgainst, string? now)
    : StaleResultException(
        new UnitKey(Stage.Evaluation, "evaluation"),
        $"the evaluation compared with champion '{evaluatedAgainst ?? "none"}', but the champion is now '{now ?? "another"}'");

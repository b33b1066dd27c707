using System.Text.Encodings.Web;
using System.Text.Json;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Splits;
using ZiGong.Credit.Templates;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Evaluation.Generative;

/// <summary>
/// Measures an adapter that answers freely, beside the most frequent training answer and the champion: exact match, token F1, hallucination rate.
/// </summary>
public sealed class GenerativeEvaluation(Encoders encoders, AdapterPredictions predictions, ArtifactStore artifacts)
{
    private const int ShownAnswers = 5;

    /// <summary>No answer is followed further than this many tokens.</summary>
    private const int LongestAnswer = 512;

    private static readonly JsonSerializerOptions Lines =
        new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task<EvaluationReport> EvaluateAsync(
        UnitContext unit, SnapshotRow snapshot, DatasetDescriptor descriptor, TunedAdapter adapter, RegisteredModel? champion, Lineage lineage,
        string adapterUri, CancellationToken ct)
    {
        var (findings, answers, training, championFault) = await MeasureAsync(unit, snapshot, descriptor, adapter, champion, ct);
        var test = await EvaluationData.MembersAsync(unit, snapshot, descriptor, Side.Test, ct);
        var drift = Drift.Measure(await encoders.EncodingAsync(snapshot.Encoding, ct), test, ct);
        var leaks = await LeaksAsync(unit, snapshot, descriptor, ct);
        var gates = GenerativeGates.Check(findings, leaks, championFault, drift, unit.Options.Evaluation);
        var none = new MetricReport(test.Count, 0, new Dictionary<Metric, Interval>());
        var nothing = new DifferenceReport(test.Count, new Dictionary<Metric, Difference>());
        return new EvaluationReport(
            none, none, none, nothing, AgainstChampion: null, ScorecardC: 0, Fairness: [], drift, gates,
            [.. gates.Where(g => g.Verdict == GateVerdict.Failed).Select(g => $"{g.Gate}: {g.Figures}")],
            training.Count, TrainingPositives: 0, (await EvaluationData.KeptAsync(unit, ct)).Keys.Intersect(training.Select(s => s.Id)).Count(),
            KeptPositives: 0, adapterUri,
            lineage with { Predictions = await KeepAsync(answers, ct) },
            [
                .. snapshot.ReadNotes(),
                $"Answers of {descriptor.Task} are free texts: KS, AUC, calibration, Miss, scorecard and fairness by group do not exist for them.",
            ])
        {
            Generative = findings,
            Failures = Gates.Failures(gates),
            Leaks = leaks,
        };
    }

    /// <summary>Between the sides of the whole snapshot, whatever their tasks.</summary>
    private static async Task<LeakFigures> LeaksAsync(UnitContext unit, SnapshotRow snapshot, DatasetDescriptor descriptor, CancellationToken ct)
    {
        async Task<List<Sample>> SideAsync(Side side) => [.. (await unit.Db.MembersAsync(snapshot.SnapshotId, side, ct)).Select(m => m.Sample)];
        return LeakCheck.Measure(await SideAsync(Side.Train), await SideAsync(Side.Reference), await SideAsync(Side.Test), SplitOptions.From(descriptor));
    }

    /// <summary>The figures alone, of a task that has no say in the verdict.</summary>
    /// <param name="task">The descriptor of that task alone.</param>
    public async Task<GenerativeFindings> MeasureAsync(
        UnitContext unit, SnapshotRow snapshot, DatasetDescriptor task, TunedAdapter adapter, CancellationToken ct) =>
        (await MeasureAsync(unit, snapshot, task, adapter, champion: null, ct)).Findings;

    private async Task<(GenerativeFindings Findings, List<GenerativeAnswer> Answers, IReadOnlyList<Sample> Training, string? ChampionFault)> MeasureAsync(
        UnitContext unit, SnapshotRow snapshot, DatasetDescriptor task, TunedAdapter adapter, RegisteredModel? champion, CancellationToken ct)
    {
        var training = await EvaluationData.MembersAsync(unit, snapshot, task, Side.Train, ct);
        var test = await EvaluationData.MembersAsync(unit, snapshot, task, Side.Test, ct);
        var (seed, resamples) = (SeededRandom.Derive((ulong)unit.Options.Seed, "evaluation"), unit.Options.Evaluation.Resamples);
        var (done, total) = (0, test.Count * (champion is null ? 1 : 2));
        Action<int> progress = n => unit.Report(done += n, total);

        var encoder = await encoders.EncoderAsync(unit.Db, snapshot, adapter.Base, unit.Options, ct);
        var template = PromptTemplate.Of(task, unit.Options.Templating.Form);
        var answers = await WriteAsync(adapter.Base, adapter.Artifact, encoder, training, test, template, progress, ct);
        var usual = MostFrequent(training);
        List<GenerativeAnswer> baseline = [.. answers.Select(a => a with { Answer = usual })];
        var (championAnswers, championFault) = await ChampionAsync(champion, unit, training, test, template, progress, ct);
        var fields = FieldTerms.Of(task);
        var findings = new GenerativeFindings(
            GenerativeReport.Of(answers, fields, seed, resamples, ct),
            GenerativeReport.Of(baseline, fields, seed, resamples, ct),
            usual,
            PairedF1.Of(answers, baseline, seed, resamples, ct),
            championAnswers is null ? null : PairedF1.Of(answers, championAnswers, seed, resamples, ct),
            [.. answers.OrderBy(a => a.Id, StringComparer.Ordinal).Take(ShownAnswers).Select(a => new WrittenAnswer(a.Id, a.Truth, a.Answer))]);
        return (findings, answers, training, championFault);
    }

    /// <summary>The answer that a model without any input would do best to give; ties by text.</summary>
    public static string MostFrequent(IEnumerable<Sample> training) =>
        training.CountBy(s => s.Answer, StringComparer.Ordinal).OrderByDescending(a => a.Value).ThenBy(a => a.Key, StringComparer.Ordinal).First().Key;

    private async Task<List<GenerativeAnswer>> WriteAsync(
        string baseModel, string adapter, IPromptEncoder encoder, IReadOnlyList<Sample> training, IReadOnlyList<Sample> test, PromptTemplate template,
        Action<int> progress, CancellationToken ct)
    {
        var longest = Math.Min(LongestAnswer, training.Max(s => encoder.Encode(s).Answers[0].Length));
        var written = await predictions.WriteAsync(baseModel, adapter, encoder, test, longest, progress, ct);

        // What the worked examples say is about other borrowers: a number taken from them is made up.
        return [.. test.Select((s, i) => new GenerativeAnswer(s.Id, $"{template.Instruction}\n{template.Input(s)}", s.Answer, written[i]))];
    }

    private async Task<(List<GenerativeAnswer>? Answers, string? Fault)> ChampionAsync(
        RegisteredModel? champion, UnitContext unit, IReadOnlyList<Sample> training, IReadOnlyList<Sample> test, PromptTemplate template, Action<int> progress,
        CancellationToken ct)
    {
        if (champion is null)
        {
            return (null, null);
        }

        try
        {
            var encoder = await ModelEvaluation.ChampionEncoderAsync(encoders, champion, unit, ct);
            return (await WriteAsync(champion.Base, champion.Adapter, encoder, training, test, template, progress, ct), null);
        }
        catch (Exception e) when (e is DamagedArtifactException or InputException or InvalidDataException or JsonException)
        {
            return (null, $"champion {champion.ModelId} cannot be compared with: {e.Message}");
        }
    }

    /// <returns>Hash of the artifact with the answers to the test side, one JSON line each by rising id.</returns>
    private Task<string> KeepAsync(IEnumerable<GenerativeAnswer> answers, CancellationToken ct) => artifacts.PutAsync(
        System.Text.Encoding.UTF8.GetBytes(string.Concat(answers.OrderBy(a => a.Id, StringComparer.Ordinal)
            .Select(a => JsonSerializer.Serialize(new WrittenAnswer(a.Id, a.Truth, a.Answer), Lines) + "\n"))),
        ct);
}

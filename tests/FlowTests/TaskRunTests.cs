using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Control;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Evaluations;
using ZiGong.Credit.Metrics;
using ZiGong.Credit.Subjects;
using ZiGong.Evaluation;
using ZiGong.FlowTests.Harness;
using ZiGong.Ingest.Files;
using ZiGong.Pipeline.Operations;
using ZiGong.Storage.Entities;
using ZiGong.Storage;

namespace ZiGong.FlowTests;

/// <summary>Whole runs of tasks whose prompts or answers are words: free answers, text fields, worked examples, repeated minorities.</summary>
[Collection("runs")]
public sealed class TaskRunTests
{
    private const string Questions = """
        name: questions
        task: question-answering
        format: {kind: csv}
        subject: client
        key: client
        fields:
          - {name: income, label: Income, kind: numeric}
          - {name: job, label: Job, kind: categorical}
        answer:
          kind: text
          questions:
            - {ask: What is the income?, answer: '{{income}}'}
            - {ask: What is the job?, answer: '{{job}}'}
        """;

    private const string Letters = """
        name: letters
        task: sentiment
        format: {kind: csv}
        subject: client
        key: client
        fields:
          - {name: letter, label: Letter, kind: text}
        answer: {column: tone, map: {"+": positive, "0": neutral, "-": negative}}
        """;

    private static readonly RunOptions Small = Lab.Small with
    {
        Snapshot = Lab.Small.Snapshot with { Periods = 1 },
        Agent = Lab.Small.Agent with { MinimumSteps = 2, SliceSteps = 50 },
        Tuning = Lab.Small.Tuning with { MinimumSteps = 8, SliceSteps = 50 },
    };

    [Fact]
    public async Task Free_answers_are_scored_selected_trained_and_measured_and_nobody_invents_a_KS()
    {
        await using var lab = await Lab.NewAsync();
        await IngestAsync(
            lab, Questions, "client,income,job", Enumerable.Range(0, 180).Select(i => $"c{i},{1000 + (i * 7)},{(i % 10 < 7 ? "clerk" : "nurse")}"));

        var run = await RunAsync(lab, Questions, Small);

        var (report, events) = await ReportAsync(lab, run);
        var written = report.Generative.ShouldNotBeNull();
        written.Model.N.ShouldBeGreaterThan(10);
        written.Model.ExactMatch.Value.ShouldBeInRange(0, written.Model.TokenF1.Value);
        written.Model.HallucinationRate.Value.ShouldBeInRange(0, 1);
        written.Baseline.TokenF1.Value.ShouldBeGreaterThan(0, "some test samples have the most frequent answer");
        written.Examples.Count.ShouldBe(5);
        report.Model.Values.ShouldBeEmpty();
        report.Gates.Select(g => g.Gate).ShouldBe(["leakage", "size", "signal", "empty", "hallucination", "champion", "drift"]);
        report.Notes.ShouldContain(n => n.Contains("KS, AUC", StringComparison.Ordinal));
        events.ShouldContain(nameof(ModelRejected), "eight steps teach nobody to answer");
        var evaluated = await lab.OutcomeAsync<ModelEvaluated>(run, Stage.Evaluation, "evaluation");
        (evaluated.Ks, evaluated.Auc, evaluated.Accuracy, evaluated.Miss).ShouldBe((null, null, null, null));

        // Half of the samples are kept: the free answers are one class, not one each, of which every one would be guarded.
        var (lines, samples) = await DatasetAsync(lab, run);
        lines.Count.ShouldBe((int)Math.Round(report.Training * 0.5, MidpointRounding.AwayFromZero));
        foreach (var line in lines)
        {
            var sample = samples[line.GetProperty("id").GetString()!];
            var tokens = line.GetProperty("tokens").EnumerateArray().Select(t => t.GetInt32()).ToArray();
            var text = Credit.Templates.ByteTokens.Tokens.Decode(tokens);
            text.ShouldEndWith($"Question: {sample.Fields["question"]}\nAnswer:{sample.Answer}");
            line.GetProperty("answer_start").GetInt32().ShouldBe(tokens.Length - sample.Answer.Length - 1);
        }

        await using var db = lab.NewContext();
        (await db.PartialScores.Select(p => p.Value).ToListAsync()).ShouldAllBe(v => double.IsFinite(v));
        (await db.PartialScores.Select(p => p.Value).Distinct().CountAsync()).ShouldBeGreaterThan(50);
        var answers = await File.ReadAllLinesAsync(await lab.Artifacts.RequireAsync(report.Lineage.Predictions!, default));
        answers.Length.ShouldBe(written.Model.N);
    }

    [Fact]
    public async Task Texts_are_judged_with_worked_examples_and_a_repeated_minority()
    {
        await using var lab = await Lab.NewAsync();
        string[] words = ["always on time", "as agreed", "late again"];
        string[] tones = ["+", "0", "-"];
        await IngestAsync(lab, Letters, "client,letter,tone", Enumerable.Range(0, 160).Select(i =>
        {
            var tone = i % 10 < 6 ? 0 : i % 10 < 8 ? 1 : 2;
            return $"c{i},Pays {words[tone]} no {i},{tones[tone]}";
        }));
        var options = Small with { Templating = new TemplatingOptions { Shots = 3, Resample = Resampling.Minority, MinorityRatio = 1 } };

        var run = await RunAsync(lab, Letters, options);

        var (report, _) = await ReportAsync(lab, run);
        report.Generative.ShouldBeNull();
        report.Model.N.ShouldBeGreaterThan(5);
        var all = report.AllAnswers.ShouldNotBeNull();
        (all.UsualAnswer, all.Model.Answers.Sum(x => x.Test)).ShouldBe(("positive", report.Model.N));
        var stored = PredictionFile.Read(await File.ReadAllBytesAsync(await lab.Artifacts.RequireAsync(report.Lineage.Predictions!, default)));
        stored.Average(p => p.Answer == p.Said ? 1.0 : 0).ShouldBe(all.Model.Accuracy.Value, 1e-12);
        stored.ShouldAllBe(p => p.Positive == (p.Answer == "negative"));
        report.Model.Binary.ShouldBe("'negative' against the rest");
        report.Drift.ShouldBeEmpty("a text has no bins");
        var (lines, samples) = await DatasetAsync(lab, run);
        var counts = lines.GroupBy(l => l.GetProperty("output").GetString()!)
            .ToDictionary(g => g.Key, g => (Lines: g.Count(), Copies: g.Sum(l => l.TryGetProperty("copies", out var c) ? c.GetInt32() : 1)));
        counts["positive"].Copies.ShouldBe(counts["positive"].Lines);
        counts["negative"].Lines.ShouldBeLessThan(counts["positive"].Lines);
        counts["negative"].Copies.ShouldBe(counts["positive"].Lines);
        (await lab.OutcomeAsync<DatasetTemplated>(run, Stage.Dataset, "dataset")).Instructions.ShouldBe(counts.Values.Sum(c => c.Copies));
        foreach (var line in lines)
        {
            var sample = samples[line.GetProperty("id").GetString()!];
            var shots = line.GetProperty("shots").EnumerateArray().Select(s => samples[s.GetString()!]).ToList();
            shots.Select(s => s.Answer).Order().ShouldBe(["negative", "neutral", "positive"]);
            shots.ShouldNotContain(s => s.Subject == sample.Subject);
            var text = Credit.Templates.ByteTokens.Tokens.Decode([.. line.GetProperty("tokens").EnumerateArray().Select(t => t.GetInt32())]);
            shots.ShouldAllBe(s => text.Contains($"Letter: {s.Fields["letter"]}\nAnswer: {s.Answer}\n", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Several_tasks_over_the_same_rows_are_worded_scored_mixed_and_measured_each_for_itself()
    {
        const string Both = """
            name: both
            task: behaviour-card
            format: {kind: csv}
            subject: client
            key: client
            fields:
              - {name: late, label: Months late, kind: numeric}
              - {name: job, label: Job, kind: categorical}
            answer: {column: bad, map: {"0": good, "1": bad}}
            more_tasks:
              - task: question-answering
                weight: 0.5
                answer: {kind: text, questions: [{ask: What is the job?, answer: '{{job}}'}]}
            """;
        await using var lab = await Lab.NewAsync();
        await IngestAsync(
            lab, Both, "client,late,job,bad", Enumerable.Range(0, 150).Select(i => $"c{i},{i % 4},{(i % 3 == 0 ? "clerk" : "nurse")},{(i % 4 > 2 ? 1 : 0)}"));

        var run = await RunAsync(lab, Both, Small);

        var (report, _) = await ReportAsync(lab, run);
        report.Generative.ShouldBeNull();
        report.Model[Credit.Metrics.Metric.Auc].Value.ShouldBeInRange(0, 1);
        var other = report.OtherTasks.ShouldHaveSingleItem();
        other.Task.ShouldBe("question-answering");
        other.Generative!.Model.N.ShouldBe(report.Model.N, "every row is asked both");

        // One sample a task and row, of the same borrower on the same side, each worded by its own task.
        var (lines, samples) = await DatasetAsync(lab, run);
        samples.Count.ShouldBe(2 * report.Training);
        samples.Values.GroupBy(s => s.Subject).ShouldAllBe(g => g.Select(s => s.Task).Distinct().Count() == 2);
        var tasks = lines.GroupBy(l => samples[l.GetProperty("id").GetString()!].Task).ToDictionary(g => g.Key, g => g.ToList());
        foreach (var line in tasks["question-answering"])
        {
            line.GetProperty("instruction").GetString()!.ShouldStartWith("Answer the question");
            line.GetProperty("output").GetString().ShouldBeOneOf("clerk", "nurse");
        }

        tasks["behaviour-card"].ShouldAllBe(l => l.GetProperty("output").GetString() == "good" || l.GetProperty("output").GetString() == "bad");
        (tasks["question-answering"].Count / (double)tasks["behaviour-card"].Count).ShouldBe(0.5, 0.03);

        // Each task has a reference vector of its own.
        await using var db = lab.NewContext();
        foreach (var mean in await db.Results.Where(r => r.Stage == nameof(Stage.Reference)).Select(r => r.Content).ToListAsync())
        {
            var bytes = await File.ReadAllBytesAsync(await lab.Artifacts.RequireAsync(mean, default));
            bytes.Length.ShouldBe(2 * sizeof(float) * Small.Gradients.Width);
            bytes[..(bytes.Length / 2)].ShouldNotBe(bytes[(bytes.Length / 2)..]);
        }
    }

    [Fact]
    public async Task Options_that_a_data_set_cannot_have_are_refused_before_anything_starts()
    {
        await using var lab = await Lab.NewAsync();
        await using var bench = await Bench.StartAsync(lab);
        Task<Guid> RequestAsync(string descriptor, TemplatingOptions templating) =>
            bench.Services.GetRequiredService<RunRequests>().RequestAsync(descriptor, Small with { Templating = templating }, RunKind.Full, default);

        (await Should.ThrowAsync<InputException>(() => RequestAsync(Borrowers.Descriptor, new TemplatingOptions { Shots = 2 }))).Message
            .ShouldContain("Templating:Nano=Words");
        (await Should.ThrowAsync<InputException>(() => RequestAsync(Questions, new TemplatingOptions { Resample = Resampling.Minority }))).Message
            .ShouldContain("free texts");
        (await Should.ThrowAsync<InputException>(
            () => RequestAsync(DescriptorFile.Text("german"), new TemplatingOptions { Shots = 2, Nano = NanoReading.Words })))
            .Message.ShouldContain("{{#each examples}}");
        (await lab.CountAsync("select count(*) from zigong.runs")).ShouldBe(0);
    }

    private static async Task IngestAsync(Lab lab, string descriptor, string header, IEnumerable<string> rows)
    {
        var path = Path.Combine(lab.Folder, "table.csv");
        await File.WriteAllTextAsync(path, string.Concat(rows.Prepend(header).Select(r => r + "\n")));
        var summary = await new FileIngestion(lab.Source, SubjectHasher.FromFile(lab.Options.SubjectKeyFile), TimeProvider.System)
            .RunAsync(DescriptorFile.Parse(descriptor, "test.yaml"), path, null, default);
        summary.Rejected.ShouldBe(0);
    }

    private static async Task<Guid> RunAsync(Lab lab, string descriptor, RunOptions options)
    {
        await using var host = await lab.StartAsync();
        var run = await lab.RequestAsync(host, options, descriptor);
        await lab.EndAsync(run);
        return run;
    }

    private static async Task<(EvaluationReport Report, IReadOnlyList<string> Events)> ReportAsync(Lab lab, Guid run)
    {
        await using var db = lab.NewContext();
        var report = await db.Evaluations.Where(e => e.RunId == run).Select(e => e.Report).SingleAsync();
        return (JsonSerializer.Deserialize<EvaluationReport>(report)!, await db.PipelineEvents.Where(e => e.RunId == run).Select(e => e.Type).ToListAsync());
    }

    /// <summary>The lines of the training data set, each with its line of reasons, and all training samples by id.</summary>
    private static async Task<(List<JsonElement> Lines, Dictionary<string, Sample> Samples)> DatasetAsync(Lab lab, Guid run)
    {
        await using var db = lab.NewContext();
        var snapshot = await db.Runs.Where(r => r.RunId == run).Select(r => r.SnapshotId!).SingleAsync();
        var samples = (await db.MembersAsync(snapshot, Side.Train, default)).ToDictionary(m => m.Sample.Id, m => m.Sample);
        var dataset = await db.ResultOfAsync<DatasetSummary>(run, Stage.Dataset, "dataset", default);
        var lines = await File.ReadAllLinesAsync(await lab.Artifacts.RequireAsync(dataset.Content, default));
        var reasons = await File.ReadAllLinesAsync(await lab.Artifacts.RequireAsync(dataset.Summary.Reasons, default));
        return ([.. lines.Zip(reasons, (line, reason) => JsonDocument.Parse($"{line[..^1]},{reason[1..]}").RootElement)], samples);
    }
}

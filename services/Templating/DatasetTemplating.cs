using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Templates;
using ZiGong.Hosting;
using ZiGong.Influence.Rules;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Templating;

/// <summary>
/// Renders the kept samples as instructions, one JSON line each, in order of sample id: what a person reads, the very tokens the
/// model sees, why the sample was kept, and how often it counts where rare answers are repeated.
/// </summary>
public sealed class DatasetTemplating(ArtifactStore artifacts, Encoders encoders)
{
    public async Task<UnitResult> TemplateAsync(UnitContext unit, string selection, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var key = Key(snapshot, selection, unit.Options, await encoders.ReadsAsAsync(snapshot, unit.Options.Tuning.Base, unit.Options, ct));
        var stored = await FindAsync(unit, key, ct);
        if (!unit.Recompute && stored is not null)
        {
            return Result(unit, stored, reused: true);
        }

        var descriptor = DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor");
        var samples = (await unit.Db.MembersAsync(snapshot.SnapshotId, Side.Train, ct)).ToDictionary(m => m.Sample.Id, m => m.Sample);
        var kept = Mixed(SelectionFile.Read(await File.ReadAllBytesAsync(await artifacts.RequireAsync(selection, ct), ct)), samples, descriptor, unit.Options.Seed);
        var writing = await WritingAsync(unit, snapshot, descriptor, [.. kept.Select(m => samples[m.Id])], ct);
        var artifact = await artifacts.PutAsync(
            (stream, token) =>
            {
                Write(stream, kept, samples, writing, token);
                return Task.CompletedTask;
            },
            ct);
        var fresh = new DatasetRow { DatasetKey = key, Artifact = artifact, Instructions = kept.Sum(m => writing.CopiesOf(m.Id)) };
        return Result(unit, FirstWins.Kept(unit, stored, fresh, r => r.Artifact), reused: false);
    }

    /// <summary>Options that are off leave the key as it was before there were any.</summary>
    private static string Key(SnapshotRow snapshot, string selection, RunOptions options, string readsAs) => ContentHash.Of(
    [
        "dataset", $"{CodeVersions.Dataset}", snapshot.SnapshotId, selection, $"{options.Templating.Form}", readsAs,
        .. options.Templating.Resample == Resampling.None ? [] : (string[])["minority", $"{options.Templating.MinorityRatio:R}", $"{options.Seed}"],
    ]);

    /// <summary>Of several tasks with weights as many instructions as these ask for; else all.</summary>
    private static IReadOnlyList<SelectionMember> Mixed(
        IReadOnlyList<SelectionMember> kept, Dictionary<string, Sample> samples, DatasetDescriptor descriptor, long seed)
    {
        if (descriptor.MoreTasks.All(t => t.Weight is null))
        {
            return kept;
        }

        var weights = descriptor.MoreTasks.ToDictionary(t => t.Task, t => t.Weight ?? 1, StringComparer.Ordinal);
        weights.Add(descriptor.Task, 1);
        var stays = TaskMixing.Keep([.. kept.Select(m => (m.Id, samples[m.Id].Task))], weights, SeededRandom.Derive((ulong)seed, "tasks"));
        return [.. kept.Where(m => stays.Contains(m.Id))];
    }

    private async Task<Writing> WritingAsync(UnitContext unit, SnapshotRow snapshot, DatasetDescriptor descriptor, IReadOnlyList<Sample> kept, CancellationToken ct)
    {
        var options = unit.Options;
        var copies = options.Templating.Resample == Resampling.None
            ? null
            : MinorityResampling.Copies(
                [.. kept.Select(s => (s.Id, s.Task, descriptor.ClassOf(s)))],
                options.Templating.MinorityRatio,
                SeededRandom.Derive((ulong)options.Seed, "resample"));
        var tasks = new Dictionary<string, (PromptTemplate, WorkedExamples?)>(StringComparer.Ordinal);
        foreach (var task in descriptor.Tasks)
        {
            tasks.Add(task.Task, (
                PromptTemplate.Of(task, options.Templating.Form),
                await encoders.ExamplesAsync(unit.Db, snapshot.SnapshotId, task, options, ct)));
        }

        return new Writing(descriptor, await encoders.EncoderAsync(unit.Db, snapshot, options.Tuning.Base, options, ct), tasks, copies);
    }

    private static void Write(Stream stream, IEnumerable<SelectionMember> kept, Dictionary<string, Sample> samples, Writing writing, CancellationToken ct)
    {
        using var writer = new InstructionWriter(stream);
        foreach (var member in kept.OrderBy(m => m.Id, StringComparer.Ordinal))
        {
            ct.ThrowIfCancellationRequested();
            var sample = samples[member.Id];
            var prompt = writing.Encoder.Encode(sample);
            var (template, examples) = writing.Of(sample);
            var record = InstructionRecord.Of(template, sample, member.Score, member.Rank, SelectionFile.NameOf(member.Reason));
            writer.Write(record with
            {
                Tokens = [.. prompt.Prompt, .. prompt.Answers[prompt.Truth]],
                AnswerStart = prompt.Prompt.Length,
                Shots = [.. examples?.For(sample).Select(s => s.Id) ?? []],
                Copies = writing.CopiesOf(sample.Id),
            });
        }
    }

    private UnitResult Result(UnitContext unit, DatasetRow row, bool reused) => new(
        new DatasetTemplated(unit.Run.RunId, unit.Run.Generation, row.Artifact, row.Instructions),
        (db, ct) => reused ? Task.CompletedTask : SaveAsync(db, row, ct),
        [row.Artifact],
        reused);

    private async Task SaveAsync(PipelineDb db, DatasetRow row, CancellationToken ct)
    {
        var there = await db.Datasets.SingleOrDefaultAsync(d => d.DatasetKey == row.DatasetKey, ct);
        if (there is not null && !await FirstWins.ReplacesAsync(row.Artifact, there.Artifact, artifacts.VerifyAsync, ct))
        {
            return;
        }

        await db.Datasets.Where(d => d.DatasetKey == row.DatasetKey).ExecuteDeleteAsync(ct);
        db.Datasets.Add(row);
        await db.SaveChangesAsync(ct);
    }

    private async Task<DatasetRow?> FindAsync(UnitContext unit, string key, CancellationToken ct) =>
        await unit.Db.Datasets.SingleOrDefaultAsync(d => d.DatasetKey == key, ct) is { } row && await artifacts.IsWholeAsync(unit, row.Artifact, ct) ? row : null;

    /// <summary>How the lines are written.</summary>
    /// <param name="Tasks">Wording and worked examples, if any, of each task.</param>
    /// <param name="Copies">How often each instruction counts; null: once.</param>
    private sealed record Writing(
        DatasetDescriptor Descriptor, IPromptEncoder Encoder, IReadOnlyDictionary<string, (PromptTemplate Template, WorkedExamples? Examples)> Tasks, IReadOnlyDictionary<string, int>? Copies)
    {
        public (PromptTemplate Template, WorkedExamples? Examples) Of(Sample sample) => Tasks[Descriptor.Of(sample.Task).Task];

        public int CopiesOf(string id) => Copies?[id] ?? 1;
    }
}

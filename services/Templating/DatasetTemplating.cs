using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Templates;
using ZiGong.Hosting;
using ZiGong.Influence.Rules;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Results;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Templating;

/// <summary>
/// Renders the kept samples as instructions, one JSON line each, in order of sample id: what a person reads, the very tokens the model sees, and how
/// often it counts where rare answers are repeated. A file beside it says, line by line, which sample it is of and why that was kept, so that what is
/// learnt has the same hash whatever it was kept for.
/// </summary>
public sealed class DatasetTemplating(ArtifactStore artifacts, Encoders encoders)
{
    public async Task<ResultWork> TemplateAsync(UnitContext unit, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var selection = await unit.ResultOfAsync<SelectionSummary>(Stage.Selection, "selection", ct);
        var readsAs = await encoders.ReadsAsAsync(snapshot, unit.Options.Tuning.Base, unit.Options, ct);
        var descriptor = DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor");
        return new ResultWork<DatasetSummary>(
            Key(snapshot, descriptor, selection.Content, unit.Options, readsAs),
            CodeVersions.Dataset,
            token => MakeAsync(unit, snapshot, descriptor, selection.Content, token),
            result => new Told(new DatasetTemplated(unit.Run.RunId, unit.Run.Generation, result.Content, result.Summary.Instructions)));
    }

    private async Task<Made<DatasetSummary>> MakeAsync(
        UnitContext unit, SnapshotRow snapshot, DatasetDescriptor descriptor, string selection, CancellationToken ct)
    {
        var samples = (await unit.Db.MembersAsync(snapshot.SnapshotId, Side.Train, ct)).ToDictionary(m => m.Sample.Id, m => m.Sample);
        var kept = Mixed(
            SelectionFile.Read(await File.ReadAllBytesAsync(await artifacts.RequireAsync(selection, ct), ct)), samples, descriptor, unit.Options.Seed)
            .OrderBy(m => m.Id, StringComparer.Ordinal)
            .ToList();
        var writing = await WritingAsync(unit, snapshot, descriptor, [.. kept.Select(m => samples[m.Id])], ct);
        var dataset = await PutAsync(kept, (writer, member) => writer.Write(writing.InstructionOf(samples[member.Id])), ct);
        var reasons = await PutAsync(kept, (writer, member) => writer.Write(writing.OriginOf(member, samples[member.Id])), ct);
        return new Made<DatasetSummary>(ResultKind.File, dataset, new DatasetSummary(kept.Sum(m => writing.CopiesOf(m.Id)), reasons)) { Parts = [reasons] };
    }

    /// <summary>Options that are off leave the key as it was before there were any.</summary>
    private static string Key(SnapshotRow snapshot, DatasetDescriptor descriptor, string selection, RunOptions options, string readsAs) => ContentHash.Of(
    [
        "dataset", $"{CodeVersions.Dataset}", snapshot.SnapshotId, selection, $"{options.Templating.Form}", readsAs,
        .. descriptor.MoreTasks.All(t => t.Weight is null) ? [] : (string[])["tasks", $"{options.Seed}"],
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

    private async Task<Writing> WritingAsync(
        UnitContext unit, SnapshotRow snapshot, DatasetDescriptor descriptor, IReadOnlyList<Sample> kept, CancellationToken ct)
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

    private Task<string> PutAsync(IReadOnlyList<SelectionMember> kept, Action<InstructionWriter, SelectionMember> write, CancellationToken ct) =>
        artifacts.PutAsync(
            (stream, token) =>
            {
                using var writer = new InstructionWriter(stream);
                foreach (var member in kept)
                {
                    token.ThrowIfCancellationRequested();
                    write(writer, member);
                }

                return Task.CompletedTask;
            },
            ct);

    /// <summary>How the lines are written.</summary>
    /// <param name="Tasks">Wording and worked examples, if any, of each task.</param>
    /// <param name="Copies">How often each instruction counts; null: once.</param>
    private sealed record Writing(
        DatasetDescriptor Descriptor, IPromptEncoder Encoder, IReadOnlyDictionary<string, (PromptTemplate Template, WorkedExamples? Examples)> Tasks,
        IReadOnlyDictionary<string, int>? Copies)
    {
        public InstructionRecord InstructionOf(Sample sample)
        {
            var prompt = Encoder.Encode(sample);
            return InstructionRecord.Of(Of(sample).Template, sample) with
            {
                Tokens = [.. prompt.Prompt, .. prompt.Answers[prompt.Truth]],
                AnswerStart = prompt.Prompt.Length,
                Copies = CopiesOf(sample.Id),
            };
        }

        public InstructionOrigin OriginOf(SelectionMember member, Sample sample) => new(
            member.Id, member.Rank, member.Score, SelectionFile.NameOf(member.Reason), [.. Of(sample).Examples?.For(sample).Select(s => s.Id) ?? []]);

        public int CopiesOf(string id) => Copies?[id] ?? 1;

        private (PromptTemplate Template, WorkedExamples? Examples) Of(Sample sample) => Tasks[Descriptor.Of(sample.Task).Task];
    }
}

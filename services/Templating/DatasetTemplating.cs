using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Templates;
using ZiGong.Hosting;
using ZiGong.Selection;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Templating;

/// <summary>
/// Renders the kept samples as instructions, one JSON line each, in order of sample id: what a person reads, the very tokens the
/// model sees, why the sample was kept, and how often it counts where rare answers are repeated.
/// </summary>
public sealed class DatasetTemplating(ArtifactStore artifacts, ModelStore models)
{
    public async Task<UnitResult> TemplateAsync(UnitContext unit, string selection, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var key = Key(snapshot, selection, unit.Options);
        if (!unit.Recompute && await FindAsync(unit.Db, key, ct) is { } found)
        {
            return Result(unit, found, reused: true);
        }

        var kept = SelectionFile.Read(await File.ReadAllBytesAsync(await artifacts.RequireAsync(selection, ct), ct));
        var samples = (await unit.Db.MembersAsync(snapshot.SnapshotId, Side.Train, ct)).ToDictionary(m => m.Sample.Id, m => m.Sample);
        var writing = await WritingAsync(unit, snapshot, [.. kept.Select(m => samples[m.Id])], ct);
        var artifact = await artifacts.PutAsync(
            (stream, token) =>
            {
                Write(stream, kept, samples, writing, token);
                return Task.CompletedTask;
            },
            ct);
        return Result(unit, new DatasetRow { DatasetKey = key, Artifact = artifact, Instructions = kept.Sum(m => writing.CopiesOf(m.Id)) }, reused: false);
    }

    /// <summary>Options that are off leave the key as it was before there were any.</summary>
    private static string Key(SnapshotRow snapshot, string selection, RunOptions options) => ContentHash.Of(
    [
        "dataset", $"{CodeVersions.Dataset}", snapshot.SnapshotId, selection, $"{options.Templating.Form}", ModelStore.ReadsAs(snapshot, options.Tuning.Base, options),
        .. options.Templating.Resample == Resampling.None ? [] : (string[])["minority", $"{options.Templating.MinorityRatio:R}", $"{options.Seed}"],
    ]);

    private async Task<Writing> WritingAsync(UnitContext unit, SnapshotRow snapshot, IReadOnlyList<Sample> kept, CancellationToken ct)
    {
        var options = unit.Options;
        var descriptor = DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor");
        var copies = options.Templating.Resample == Resampling.None
            ? null
            : MinorityResampling.Copies(
                [.. kept.Select(s => (s.Id, s.Task, descriptor.Answer.ClassOf(s.Answer)))],
                options.Templating.MinorityRatio,
                SeededRandom.Derive((ulong)options.Seed, "resample"));
        return new Writing(
            ModelStore.TemplateOf(descriptor, options.Templating.Form),
            await models.EncoderAsync(unit.Db, snapshot, options.Tuning.Base, options, ct),
            options.Templating.Shots == 0 ? null : await models.ExamplesAsync(unit.Db, snapshot.SnapshotId, descriptor.Answer, options.Templating.Shots, options.Seed, ct),
            copies);
    }

    private static void Write(Stream stream, IEnumerable<SelectionMember> kept, Dictionary<string, Sample> samples, Writing writing, CancellationToken ct)
    {
        using var writer = new InstructionWriter(stream);
        foreach (var member in kept.OrderBy(m => m.Id, StringComparer.Ordinal))
        {
            ct.ThrowIfCancellationRequested();
            var sample = samples[member.Id];
            var prompt = writing.Encoder.Encode(sample);
            var record = InstructionRecord.Of(writing.Template, sample, member.Score, member.Rank, SelectionFile.NameOf(member.Reason));
            writer.Write(record with
            {
                Tokens = [.. prompt.Prompt, .. prompt.Answers[prompt.Truth]],
                AnswerStart = prompt.Prompt.Length,
                Shots = [.. writing.Examples?.For(sample).Select(s => s.Id) ?? []],
                Copies = writing.CopiesOf(sample.Id),
            });
        }
    }

    private static UnitResult Result(UnitContext unit, DatasetRow row, bool reused) => new(
        new DatasetTemplated(unit.Run.RunId, unit.Run.Generation, row.Artifact, row.Instructions),
        async (db, ct) =>
        {
            if (!reused && await db.Datasets.Where(d => d.DatasetKey == row.DatasetKey).ExecuteUpdateAsync(set => set.SetProperty(d => d.Artifact, row.Artifact), ct) == 0)
            {
                db.Datasets.Add(row);
                await db.SaveChangesAsync(ct);
            }
        },
        [row.Artifact],
        reused);

    private async Task<DatasetRow?> FindAsync(PipelineDb db, string key, CancellationToken ct) =>
        await db.Datasets.SingleOrDefaultAsync(d => d.DatasetKey == key, ct) is { } row && await artifacts.HasAsync(row.Artifact, ct) ? row : null;

    /// <summary>How the lines are written.</summary>
    /// <param name="Examples">Worked examples; null where there are none.</param>
    /// <param name="Copies">How often each instruction counts; null: once.</param>
    private sealed record Writing(PromptTemplate Template, IPromptEncoder Encoder, WorkedExamples? Examples, IReadOnlyDictionary<string, int>? Copies)
    {
        public int CopiesOf(string id) => Copies?[id] ?? 1;
    }
}

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
/// model sees, and why the sample was kept.
/// </summary>
public sealed class DatasetTemplating(ArtifactStore artifacts, ModelStore models)
{
    public async Task<UnitResult> TemplateAsync(UnitContext unit, string selection, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var form = unit.Options.Templating.Form;
        var key = ContentHash.Of("dataset", $"{CodeVersions.Dataset}", snapshot.SnapshotId, selection, $"{form}", ModelStore.ReadsAs(snapshot, unit.Options.Tuning.Base, form));
        if (!unit.Recompute && await FindAsync(unit.Db, key, ct) is { } found)
        {
            return Result(unit, found, reused: true);
        }

        var kept = SelectionFile.Read(await File.ReadAllBytesAsync(await artifacts.RequireAsync(selection, ct), ct));
        var samples = (await unit.Db.MembersAsync(snapshot.SnapshotId, Side.Train, ct)).ToDictionary(m => m.Sample.Id, m => m.Sample);
        var encoder = await models.EncoderAsync(snapshot, unit.Options.Tuning.Base, form, ct);
        var template = ModelStore.TemplateOf(DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor"), form);
        var artifact = await artifacts.PutAsync(
            (stream, token) =>
            {
                Write(stream, kept, samples, encoder, template, token);
                return Task.CompletedTask;
            },
            ct);
        return Result(unit, new DatasetRow { DatasetKey = key, Artifact = artifact, Instructions = kept.Count }, reused: false);
    }

    private static void Write(
        Stream stream, IEnumerable<SelectionMember> kept, Dictionary<string, Sample> samples, IPromptEncoder encoder, PromptTemplate template, CancellationToken ct)
    {
        using var writer = new InstructionWriter(stream);
        foreach (var member in kept.OrderBy(m => m.Id, StringComparer.Ordinal))
        {
            ct.ThrowIfCancellationRequested();
            var sample = samples[member.Id];
            var prompt = encoder.Encode(sample);
            var record = InstructionRecord.Of(template, sample, member.Score, member.Rank, SelectionFile.NameOf(member.Reason));
            writer.Write(record with { Tokens = [.. prompt.Prompt, .. prompt.Answers[prompt.Truth]], AnswerStart = prompt.Prompt.Length });
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
}

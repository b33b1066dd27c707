using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Hosting;
using ZiGong.Influence;
using ZiGong.Influence.Gradients;
using ZiGong.Pipeline;
using ZiGong.Pipeline.Results;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.TracSeqScoring;

/// <summary>The reference vector of one checkpoint, from the stored gradients of the snapshot's reference side.</summary>
public sealed class ReferenceAveraging(ArtifactStore artifacts)
{
    public async Task<ResultWork> AverageAsync(UnitContext unit, string checkpointId, CancellationToken ct)
    {
        var snapshot = await unit.Db.Snapshots.SingleAsync(s => s.SnapshotId == unit.Run.SnapshotId, ct);
        var members = (await unit.Db.MembersAsync(snapshot.SnapshotId, Side.Reference, ct)).ToDictionary(m => m.Sample.Id, m => m.Sample);
        var shards = await unit.GradientsAsync(checkpointId, snapshot.ReferenceShards, ct);
        var training = await CurvatureShardsAsync(unit, snapshot, checkpointId, ct);
        var descriptor = DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor");
        return new ResultWork<ReferenceSummary>(
            ReferenceKey(unit.Options, descriptor, shards, members.Keys, training.Shards, training.Members),
            CodeVersions.Reference,
            async token =>
            {
                var vector = await BuildAsync(unit, descriptor, shards, members, token);
                if (training.Members.Count > 0)
                {
                    var fisher = await FisherAsync(unit, training.Shards, training.Members, token);
                    vector = [.. vector.Chunk(vector.Length / descriptor.Tasks.Count).SelectMany(task => fisher.Solve(task))];
                }

                var artifact = await artifacts.PutAsync(MemoryMarshal.AsBytes(vector.AsSpan()).ToArray(), token);
                return new Made<ReferenceSummary>(ResultKind.File, artifact, new ReferenceSummary(checkpointId, members.Count));
            },
            result => new Told(new ReferenceAveraged(unit.Run.RunId, unit.Run.Generation, checkpointId, result.Summary.Samples)));
    }

    /// <summary>Reads a stored vector, or one behind the other of several tasks: little-endian float32.</summary>
    public static async Task<float[]> ReadAsync(ArtifactStore artifacts, string artifact, CancellationToken ct) =>
        MemoryMarshal.Cast<byte, float>(await File.ReadAllBytesAsync(await artifacts.RequireAsync(artifact, ct), ct)).ToArray();

    /// <summary>
    /// Which vector a run means: the tasks and classes that it is laid out by, its gradients, its members, how they are averaged, and the training
    /// gradients whose curvature counts, if any.
    /// </summary>
    public static string ReferenceKey(
        RunOptions options, DatasetDescriptor descriptor, IEnumerable<Stored<GradientSummary>> shards, IEnumerable<string> members,
        IEnumerable<Stored<GradientSummary>> training,
        IReadOnlyCollection<string> trainingMembers) => ContentHash.Of(
        [
            "reference", $"{CodeVersions.Reference}", $"{options.TracSeq.Reference}",
            .. descriptor.Tasks.Select(t => $"{t.Task}: {string.Join('|', t.Answer.Classes)}"), .. shards.Select(s => s.Key),
            .. members.Order(StringComparer.Ordinal),
            .. trainingMembers.Count == 0
                ? Enumerable.Empty<string>()
                : [$"{options.TracSeq.Curvature}", $"{options.TracSeq.Damping:R}", .. training.Select(s => s.Key), .. trainingMembers],
        ]);

    /// <summary>The training gradients behind the curvature, and the samples of them that count; empty without curvature.</summary>
    private static async Task<(IReadOnlyList<Stored<GradientSummary>> Shards, IReadOnlyList<string> Members)> CurvatureShardsAsync(
        UnitContext unit, SnapshotRow snapshot, string checkpoint, CancellationToken ct)
    {
        if (unit.Options.TracSeq.Curvature == Curvature.None)
        {
            return ([], []);
        }

        if (unit.Options.TracSeq.Optimizer == GradientOptimizer.Adam)
        {
            throw new InputException("TracSeq:Curvature=EmpiricalFisher and TracSeq:Optimizer=Adam each precondition the product: set one of them");
        }

        var members = await unit.Db.MembersAsync(snapshot.SnapshotId, Side.Train, ct);
        return (
            await unit.GradientsAsync(checkpoint, snapshot.TrainingShards, ct),
            EmpiricalFisher.Choose(members.Select(m => m.Sample.Id), (ulong)unit.Options.Seed));
    }

    private async Task<EmpiricalFisher> FisherAsync(
        UnitContext unit, IReadOnlyList<Stored<GradientSummary>> shards, IReadOnlyList<string> members, CancellationToken ct)
    {
        var place = members.Select((id, i) => (id, i)).ToDictionary(m => m.id, m => m.i, StringComparer.Ordinal);
        var rows = new float[members.Count][];
        foreach (var shard in shards)
        {
            ct.ThrowIfCancellationRequested();
            using var file = GradientFile.Open(await artifacts.RequireAsync(shard.Content, ct));
            using var flushed = Denormals.Flush();
            for (var i = 0; i < file.Count; i++)
            {
                if (place.TryGetValue(file.Entries[i].SampleId, out var at))
                {
                    file.Read(i, rows[at] = new float[file.Dimension]);
                }
            }
        }

        return new EmpiricalFisher(rows, unit.Options.TracSeq.Damping);
    }

    private async Task<float[]> BuildAsync(
        UnitContext unit, DatasetDescriptor descriptor, IReadOnlyList<Stored<GradientSummary>> shards, Dictionary<string, Sample> members, CancellationToken ct)
    {
        // One vector a task, one behind the other in the descriptor's order.
        Dictionary<string, ReferenceVector>? vectors = null;
        float[] row = [];
        var done = 0;
        foreach (var shard in shards)
        {
            ct.ThrowIfCancellationRequested();
            using var file = GradientFile.Open(await artifacts.RequireAsync(shard.Content, ct));
            using var flushed = Denormals.Flush();
            vectors ??= descriptor.Tasks.ToDictionary(
                t => t.Task, t => new ReferenceVector(t.Task, t.Answer.Classes, file.Dimension, unit.Options.TracSeq.Reference), StringComparer.Ordinal);
            row = row.Length == file.Dimension ? row : new float[file.Dimension];
            for (var i = 0; i < file.Count; i++)
            {
                if (members.TryGetValue(file.Entries[i].SampleId, out var sample))
                {
                    file.Read(i, row);
                    var task = descriptor.Of(sample.Task);
                    vectors[task.Task].Add(sample.Id, task.Answer.ClassOf(sample.Answer), row, file.Entries[i].Norm);
                }
            }

            unit.Report(++done, shards.Count);
        }

        return vectors is not null
            ? [.. vectors.Values.SelectMany(v => v.Build())]
            : throw new InputException("the reference set is empty; take a wider reference window");
    }
}

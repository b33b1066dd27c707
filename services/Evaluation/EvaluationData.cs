using Microsoft.EntityFrameworkCore;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Splits;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.Storage.Entities;

namespace ZiGong.Evaluation;

/// <summary>What an evaluation looks at. Arrays named after a side run parallel to it.</summary>
/// <param name="PeriodOf">Period of each training sample, a place in <paramref name="Periods"/>.</param>
/// <param name="Periods">Names of the periods in order.</param>
/// <param name="Kept">Why each kept sample was kept, by its id.</param>
public sealed record EvaluationData(
    DatasetDescriptor Descriptor,
    SampleEncoding Encoding,
    IReadOnlyList<Sample> Training,
    bool[] TrainingPositive,
    int[] PeriodOf,
    IReadOnlyList<string> Periods,
    IReadOnlyList<Sample> Reference,
    IReadOnlyList<Sample> Test,
    bool[] TestPositive,
    IReadOnlyDictionary<string, string> Kept)
{
    private const int FewestScored = 200;
    private const int ScoredPart = 8;

    public AnswerSet Answers { get; } = new(Descriptor.Answer.Allowed, Descriptor.Answer.Positive);

    /// <summary>
    /// The reference samples whose scores the test side's are compared with: so few that they cost little beside the test side. Ids are
    /// hashes, so the first ones are a random part.
    /// </summary>
    public IReadOnlyList<Sample> Scored { get; } =
        [.. Reference.OrderBy(s => s.Id, StringComparer.Ordinal).Take(Math.Max(FewestScored, Test.Count / ScoredPart))];

    /// <summary>The group of a sample for fairness.</summary>
    public static string GroupOf(FieldDescriptor field, Sample sample) =>
        sample.Fields.TryGetValue(field.Name, out var value) ? field.GroupOf(value) : "missing";

    public LeakFigures Leaks() => LeakCheck.Measure(Training, Reference, Test, SplitOptions.From(Descriptor));

    public static async Task<EvaluationData> ReadAsync(
        UnitContext unit, SnapshotRow snapshot, DatasetDescriptor descriptor, Encoders encoders, CancellationToken ct)
    {
        var training = await PlacedAsync(unit, snapshot, descriptor, Side.Train, ct);
        var reference = await MembersAsync(unit, snapshot, descriptor, Side.Reference, ct);
        var test = await MembersAsync(unit, snapshot, descriptor, Side.Test, ct);
        var kept = await KeptAsync(unit, ct);
        bool IsPositive(Sample sample) => sample.Answer == descriptor.Answer.Positive;
        return new EvaluationData(
            descriptor,
            await encoders.EncodingAsync(snapshot.Encoding, ct),
            [.. training.Select(m => m.Sample)],
            [.. training.Select(m => IsPositive(m.Sample))],
            [.. training.Select(m => m.Period)],
            [.. snapshot.ReadPeriods().Select(p => p.Name)],
            reference,
            test,
            [.. test.Select(IsPositive)],
            descriptor.MoreTasks.Count == 0
                ? kept
                : training.Select(m => m.Sample.Id).Where(kept.ContainsKey).ToDictionary(id => id, id => kept[id], StringComparer.Ordinal));
    }

    /// <summary>One side's samples of a task; of the primary one for the descriptor of several.</summary>
    public static async Task<IReadOnlyList<Sample>> MembersAsync(
        UnitContext unit, SnapshotRow snapshot, DatasetDescriptor task, Side side, CancellationToken ct) =>
        [.. (await PlacedAsync(unit, snapshot, task, side, ct)).Select(m => m.Sample)];

    private static async Task<IReadOnlyList<(Sample Sample, int Period)>> PlacedAsync(
        UnitContext unit, SnapshotRow snapshot, DatasetDescriptor task, Side side, CancellationToken ct)
    {
        var all = await unit.Db.MembersAsync(snapshot.SnapshotId, side, ct);
        var isOneOfSeveral = DescriptorFile.Parse(snapshot.Descriptor, "the snapshot's descriptor").MoreTasks.Count > 0;
        return isOneOfSeveral ? [.. all.Where(m => m.Sample.Task == task.Task)] : all;
    }

    /// <summary>The run's selection: why each kept sample was kept, by its id.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> KeptAsync(UnitContext unit, CancellationToken ct)
    {
        var selection = (await unit.ResultOfAsync<SelectionSummary>(Stage.Selection, "selection", ct)).Key;
        var kept = await unit.Db.SelectionMembers.Where(m => m.SelectionKey == selection).Select(m => new { m.SampleId, m.Reason }).ToListAsync(ct);
        return kept.ToDictionary(m => ContentHash.FromGuid(m.SampleId), m => m.Reason, StringComparer.Ordinal);
    }
}

using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Storage.Entities;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Reading;
using ZiGong.Credit.Splits;
using ZiGong.Credit.Subjects;
using ZiGong.Influence.Fidelity;
using ZiGong.Training.Agent;

namespace ZiGong.AllInOne.Fidelity;

/// <summary>
/// Training and reference side of a data set, split, cut to size and encoded like the snapshot of a run. Samples are in the order of their ids.
/// </summary>
public sealed record FidelityData
{
    public required DatasetDescriptor Descriptor { get; init; }

    public required IReadOnlyList<Sample> Training { get; init; }

    /// <summary>The agent's period of each training sample.</summary>
    public required IReadOnlyList<int> PeriodOf { get; init; }

    public required IReadOnlyList<SnapshotPeriod> Periods { get; init; }

    public required IReadOnlyList<Sample> References { get; init; }

    public required SampleEncoding Encoding { get; init; }

    /// <summary>T in periods.</summary>
    public required double AsOf { get; init; }

    public required bool DecayIdentified { get; init; }

    /// <summary>Reads tables; of rows with the same natural key the last one counts.</summary>
    /// <exception cref="InputException">A file cannot be read as the descriptor says.</exception>
    public static IReadOnlyList<Sample> Read(DatasetDescriptor descriptor, IEnumerable<string> files, SubjectHasher hasher, CancellationToken ct) =>
    [
        .. files.SelectMany(f => SampleReader.Read(descriptor, f, hasher, ct)).Select(r => r.Sample).OfType<Sample>()
            .GroupBy(s => s.NaturalKey, StringComparer.Ordinal).Select(g => g.Last()),
    ];

    /// <exception cref="InputException">The descriptor's answers are free texts, the split is not possible, or a class is missing among the samples that are left.</exception>
    public static FidelityData Of(DatasetDescriptor descriptor, IReadOnlyList<Sample> samples, FidelitySettings settings, SnapshotOptions options)
    {
        if (descriptor.Answer.IsFree)
        {
            throw new InputException(
                $"experiment fidelity compares what scores say of allowed answers; those of {descriptor.Name} are free texts: take a data set with allowed answers");
        }

        var split = SplitOptions.From(descriptor) with { MaxPeriods = options.Periods };
        var plan = SplitPlanner.Plan([.. samples.Select((s, i) => SampleHeader.Of(s, i))], split, SeededRandom.Derive((ulong)options.SplitSeed, "split"));
        var training = Choose(samples, plan, Side.Train, settings.Rows);
        var references = Choose(samples, plan, Side.Reference, settings.References);
        foreach (var (side, chosen) in new[] { ("training", training), ("reference", references) })
        {
            if (descriptor.Answer.Allowed.FirstOrDefault(a => chosen.TrueForAll(i => samples[i].Answer != a)) is { } missing)
            {
                throw new InputException($"none of the {chosen.Count} {side} samples that count has the answer {missing}: raise --rows or --references, or add data");
            }
        }

        // A cut may leave a period without samples; there is nothing to train on in it then.
        int[] kept = [.. training.Select(i => plan.PeriodOf[i]).Distinct().Order()];
        List<Sample> members = [.. training.Select(i => samples[i])];
        return new FidelityData
        {
            Descriptor = descriptor,
            Training = members,
            PeriodOf = [.. training.Select(i => Array.IndexOf(kept, plan.PeriodOf[i]))],
            Periods = [.. kept.Select(p => new SnapshotPeriod($"{p + 1}", plan.Periods[p].Months, training.Count(i => plan.PeriodOf[i] == p)))],
            References = [.. references.Select(i => samples[i])],
            Encoding = SampleEncoding.Fit(descriptor, members, new EncodingOptions(options.Bins)),
            AsOf = plan.AsOfMonths,
            DecayIdentified = plan.DecayIdentified && kept.Length > 1,
        };
    }

    private static List<int> Choose(IReadOnlyList<Sample> samples, SplitPlan plan, Side side, int most) =>
    [
        .. Enumerable.Range(0, samples.Count).Where(i => plan.Sides[i] == side)
            .OrderBy(i => SeededRandom.Derive(1, "fidelity", samples[i].Id)).ThenBy(i => samples[i].Id, StringComparer.Ordinal)
            .Take(most)
            .OrderBy(i => samples[i].Id, StringComparer.Ordinal),
    ];
}

using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Descriptors;
using ZiGong.Credit.Encodings;
using ZiGong.Credit.Reading;
using ZiGong.Credit.Splits;
using ZiGong.Credit.Subjects;

namespace ZiGong.Influence.Fidelity;

/// <summary>From tables to a plan: training and reference side of a data set, split, cut to size and encoded like the snapshot of a run.</summary>
public static class FidelityPlanning
{
    /// <summary>Reads tables; of rows with the same natural key the last one counts.</summary>
    /// <exception cref="InputException">A file cannot be read as the descriptor says.</exception>
    public static IReadOnlyList<Sample> Read(DatasetDescriptor descriptor, IEnumerable<string> files, SubjectHasher hasher, CancellationToken ct) =>
    [
        .. files.SelectMany(f => SampleReader.Read(descriptor, f, hasher, ct)).Select(r => r.Sample).OfType<Sample>()
            .GroupBy(s => s.NaturalKey, StringComparer.Ordinal).Select(g => g.Last()),
    ];

    /// <returns>The plan, and the encoding that its prompts are made with.</returns>
    /// <exception cref="InputException">
    /// The descriptor's answers are free texts, the base is not nano, the split is not possible, or a class is missing among the samples that are left.
    /// </exception>
    public static (FidelityPlan Plan, SampleEncoding Encoding) Of(
        DatasetDescriptor descriptor, IReadOnlyList<Sample> samples, FidelitySettings settings, IEnumerable<FidelityMeasure> measures, RunOptions options)
    {
        RequireSupported(descriptor, options);
        var split = SplitOptions.From(descriptor) with { MaxPeriods = options.Snapshot.Periods };
        var headers = samples.Select((s, i) => SampleHeader.Of(s, i)).ToList();
        var plan = SplitPlanner.Plan(headers, split, SeededRandom.Derive((ulong)options.Snapshot.SplitSeed, "split"));
        var training = Choose(samples, plan, Side.Train, settings.Rows);
        var references = Choose(samples, plan, Side.Reference, settings.References);
        RequireAnswers(descriptor, [.. training.Select(i => samples[i])], "training");
        RequireAnswers(descriptor, [.. references.Select(i => samples[i])], "reference");

        // A cut may leave a period without samples; there is nothing to train on in it then.
        int[] kept = [.. training.Select(i => plan.PeriodOf[i]).Distinct().Order()];
        var encoding = SampleEncoding.Fit(descriptor, [.. training.Select(i => samples[i])], new EncodingOptions(options.Snapshot.Bins));
        var decays = plan.DecayIdentified && kept.Length > 1;
        var ending = encoding.Encode(samples[training[0]]).Answers;
        return (
            new FidelityPlan(
                descriptor.Name,
                encoding.ContentHash(),
                descriptor.Answer.Positive,
                [.. encoding.Answers.Select((a, i) => new AnswerTokens(a, ending[i]))],
                [.. measures.Distinct().Order()],
                settings,
                [.. kept.Select(p => new PlannedPeriod(plan.Periods[p].Months, training.Count(i => plan.PeriodOf[i] == p)))],
                plan.AsOfMonths,
                decays,
                [.. training.Select(i => Planned(samples[i], encoding, Array.IndexOf(kept, plan.PeriodOf[i]), decays))],
                [.. references.Select(i => Planned(samples[i], encoding, period: 0, timed: false))]),
            encoding);
    }

    private static void RequireSupported(DatasetDescriptor descriptor, RunOptions options)
    {
        if (descriptor.Answer.IsFree)
        {
            throw new InputException(
                $"experiment fidelity compares what scores say of allowed answers; those of {descriptor.Name} are free texts: "
                + "take a data set with allowed answers");
        }

        if (options.Agent.Base != "nano" || options.Tuning.Base != "nano")
        {
            throw new InputException(
                "experiment fidelity trains hundreds of models and knows only the nano base: leave Agent:Base and Tuning:Base as they are");
        }

        if (options.Templating.Nano != NanoReading.Compact)
        {
            throw new InputException("experiment fidelity shows nano one token a field: leave Templating:Nano as it is");
        }
    }

    private static void RequireAnswers(DatasetDescriptor descriptor, List<Sample> chosen, string side)
    {
        if (descriptor.Answer.Allowed.FirstOrDefault(a => chosen.TrueForAll(s => s.Answer != a)) is { } missing)
        {
            throw new InputException(
                $"none of the {chosen.Count} {side} samples that count has the answer {missing}: raise --rows or --references, or add data");
        }
    }

    private static PlannedSample Planned(Sample sample, SampleEncoding encoding, int period, bool timed) => new(
        sample.Id, sample.Answer, encoding.Encode(sample).Prompt, period, timed && sample.ObservedAt is { } time ? SplitTime.Months(time) : null);

    private static List<int> Choose(IReadOnlyList<Sample> samples, SplitPlan plan, Side side, int most) =>
    [
        .. Enumerable.Range(0, samples.Count).Where(i => plan.Sides[i] == side)
            .OrderBy(i => SeededRandom.Derive(1, "fidelity", samples[i].Id)).ThenBy(i => samples[i].Id, StringComparer.Ordinal)
            .Take(most)
            .OrderBy(i => samples[i].Id, StringComparer.Ordinal),
    ];
}

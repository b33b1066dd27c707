using System.Globalization;
using ZiGong.Contracts;

namespace ZiGong.Pipeline.Experiments;

/// <summary>An experiment that the command offers.</summary>
/// <param name="Arms">The arms for given data and options, and notes on those left out.</param>
public sealed record ExperimentKind(
    string Name, string Question, Func<ExperimentData, RunOptions, ArmChoice> Arms, bool MeasuresFairness = false);

/// <summary>Arms, and what a reader has to know about those that are not there.</summary>
public sealed record ArmChoice(IReadOnlyList<PlannedArm> Arms, IReadOnlyList<string> Notes)
{
    public ArmChoice(params IReadOnlyList<PlannedArm> arms)
        : this(arms, [])
    {
    }
}

/// <summary>The experiments and their arms: pure. Budgets are written out, so that an arm means the same whatever the product's defaults become.</summary>
public static class ExperimentCatalog
{
    /// <summary>Exact gradients of the nano: 20,480 float32.</summary>
    private const long ExactBytes = 82_000;

    /// <summary>Space for exact gradients, for each seed.</summary>
    private const long MostExactBytes = 2L << 30;

    private static readonly double[] Gammas = [0.5, 0.7, 0.9, 0.99, 0.999, 1];
    private static readonly double[] Pruned = [0.1, 0.3, 0.5, 0.7];
    private static readonly double[] TopShares = [0, 0.1, 0.3, 0.5, 0.7, 1];
    private static readonly double[] Budgets = [0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1];

    public static IReadOnlyList<ExperimentKind> All { get; } =
    [
        new("baseline", "Does half of the data, chosen by influence, do as well as all of it, and better than other choices of the same size?", Baseline),
        new(
            "decay", "Does the decay over time choose better than no decay and than chance, at 30 % of the data?",
            (data, options) => Timed(data, "decay", Decay(options))),
        new("gamma", "Which decay per month chooses best, at 30 % of the data?", (data, _) => Timed(data, "gamma", Gamma)),
        new("prune-ratio", "How much can be pruned before the model suffers, at a constant number of training steps?", (_, _) => PruneRatio()),
        new("mix", "How many of the places should go to the highest scores, and how many to chance?", (_, _) => Mix()),
        new("budget", "What do 5 to 100 % of the data achieve, by influence and by chance, at a constant number of training steps?", (_, _) => Budget()),
        new("fairness", "Does pruning change how the groups of protected fields are treated?", (data, _) => Fairness(data), MeasuresFairness: true),
        new("clock", "Should the age of the checkpoint decay, that of the sample, or both?", (data, options) => Timed(data, "clock", Clock(options))),
        new("sketch", "Does sketching the gradients change what is chosen and what comes of it?", (data, options) => Sketch(data, options)),
    ];

    /// <exception cref="InputException">There is none of that name.</exception>
    public static ExperimentKind Find(string name) => All.FirstOrDefault(k => k.Name == name)
        ?? throw new InputException($"there is no experiment '{name}'; there are {string.Join(", ", All.Select(k => k.Name))}");

    // What goes by chance looks at no score, whatever --set asks of the others; what goes by score means influence unless it says otherwise.
    private static readonly string[] ByChance = ["Selection:TopShare=0", "Selection:ExcludeNegative=false"];
    private static readonly string[] ByInfluence = ["Selection:By=Influence", "Selection:TopShare=1"];

    private static PlannedArm Full { get; } = new("full", "all data", ["Selection:Size=1", .. ByChance], []);

    private static PlannedArm Random(double size, params string[] against) => new(
        $"random-{Percent(size)}", $"random {Percent(size)} %", [Size(size), .. ByChance], [.. against], "random", size);

    private static PlannedArm Top(double size, params string[] against) => new(
        $"top-{Percent(size)}", $"TracSeq, top {Percent(size)} %", [Size(size), .. ByInfluence], [.. against], "TracSeq", size);

    private static PlannedArm DefaultHalf(params string[] against) => new(
        "default-50", "TracSeq 30 % and random 70 % of half the data (the default)", [Size(0.5), "Selection:By=Influence", "Selection:TopShare=0.3"],
        [.. against]);

    private static ArmChoice Baseline(ExperimentData data, RunOptions options)
    {
        string[] against = [Full.Name, "random-50"];
        PlannedArm Half(string name, string title, params string[] set) => new(name, title, [Size(0.5), .. ByInfluence, .. set], against);
        var otherSimilarity = options.TracSeq.Similarity == Similarity.Dot ? Similarity.Cosine : Similarity.Dot;
        var arms = new List<PlannedArm>
        {
            Full,
            Random(0.5, Full.Name),
            DefaultHalf(against),
            Half("top-50", "TracSeq, top 50 % within class quotas"),
            Half("plain-50", "TracSeq, top 50 % without quotas (the paper's rule to the letter)", "Selection:Quota=None"),
            Half(
                $"{otherSimilarity.ToString().ToLowerInvariant()}-50", $"TracSeq with Similarity = {otherSimilarity}, top 50 %",
                $"TracSeq:Similarity={otherSimilarity}"),
            Half("mean-50", "TracSeq against the plain mean reference, top 50 %", "TracSeq:Reference=Mean"),
            Half("tracincp-50", "TracInCP: Dot, γ = 1, plain mean reference, top 50 %", "TracSeq:Gamma=1", "TracSeq:Similarity=Dot", "TracSeq:Reference=Mean"),
            Half("loss-50", "highest loss at the last checkpoint, top 50 %", "Selection:By=Loss"),
        };
        var notes = new List<string>();
        AddWhatTheDataAllow(data, options, Half, arms, notes);
        return new ArmChoice(arms, notes);
    }

    /// <summary>Arms that need exact gradients or times; a note for each that is left out.</summary>
    private static void AddWhatTheDataAllow(
        ExperimentData data, RunOptions options, Func<string, string, string[], PlannedArm> half, List<PlannedArm> arms, List<string> notes)
    {
        if (CanBeExact(data, options))
        {
            arms.Add(half(
                "less-50", "LESS: cosine, Adam, γ = 1, exact gradients, top 50 %",
                ["TracSeq:Gamma=1", "TracSeq:Similarity=Cosine", "TracSeq:Optimizer=Adam", "TracSeq:Reference=Normalised", "Gradients:Sketch=None"]));
        }
        else
        {
            notes.Add(
                $"Left out: less-50. Adam needs exact gradients, here {data.Gradients * ExactBytes >> 20:#,0} MiB for each seed; lower caps make it possible.");
        }

        if (data.HasTimes)
        {
            arms.Add(half("newest-50", "newest 50 %", ["Selection:By=Newest"]));
        }
        else
        {
            notes.Add("Left out: newest-50. The training samples have no two distinct times.");
        }

        if (data.DecayIdentified)
        {
            arms.Add(half("gamma1-50", "TracSeq without decay (γ = 1), top 50 %", ["TracSeq:Gamma=1"]));
        }
        else
        {
            notes.Add("Left out: gamma1-50. Decay is not identified on these data, so γ = 1 in every arm.");
        }

        notes.Add(
            "LESS and TracInCP choose within class quotas here, as every arm by score but plain-50: what is compared is the score. "
            + "LESS takes the mean over normalised references, not the maximum over subtasks.");
    }

    private static IReadOnlyList<PlannedArm> Decay(RunOptions options) =>
    [
        Random(0.3),
        OfThirty("gamma1-30", "γ = 1", ["random-30"], "TracSeq:Gamma=1"),
        OfThirty("checkpoint-30", $"{Decaying(options)} by the checkpoint's age", ["gamma1-30", "random-30"], "TracSeq:Clock=Checkpoint"),
        OfThirty("sample-30", $"{Decaying(options)} by the sample's age", ["gamma1-30", "random-30"], "TracSeq:Clock=Sample"),
    ];

    private static IReadOnlyList<PlannedArm> Clock(RunOptions options) =>
    [
        .. Decay(options).Where(a => a.Name != "random-30").Select(a => a with { Against = [.. a.Against.Where(r => r != "random-30")] }),
        OfThirty("both-30", $"{Decaying(options)} by both ages", ["gamma1-30"], "TracSeq:Clock=Both"),
    ];

    private static string Decaying(RunOptions options) => $"γ = {Text(options.TracSeq.Gamma)}";

    private static IReadOnlyList<PlannedArm> Gamma =>
        [.. Gammas.Reverse()
            .Select(g => OfThirty($"gamma-{Text(g)}", $"γ = {Text(g)}", g == 1 ? [] : ["gamma-1"], $"TracSeq:Gamma={Text(g)}") with { Series = "γ", X = g })];

    private static PlannedArm OfThirty(string name, string title, IReadOnlyList<string> against, params string[] set) =>
        new(name, $"{title}, top 30 %", [Size(0.3), .. ByInfluence, .. set], against);

    private static ArmChoice PruneRatio() => new(
    [
        Full,
        .. Pruned.SelectMany(p => new[] { Random(1 - p, Full.Name), Top(1 - p, Full.Name, $"random-{Percent(1 - p)}") }
            .Select(a => a with { Title = $"{a.Title} ({Percent(p)} % pruned)", X = p })),
    ]);

    private static ArmChoice Mix() => new([.. TopShares.Select(t => new PlannedArm(
        $"mix-{Percent(t)}", $"half the data, {Percent(t)} % of it by score",
        t == 0 ? [Size(0.5), .. ByChance] : [Size(0.5), "Selection:By=Influence", $"Selection:TopShare={Text(t)}"], t == 0 ? [] : ["mix-0"], "TracSeq", t))]);

    private static ArmChoice Budget() => new(
    [
        Full with { Series = "random", X = 1 },
        .. Budgets.Where(b => b < 1).SelectMany(b => new[] { Random(b, Full.Name), Top(b, Full.Name, $"random-{Percent(b)}") }),
    ]);

    private static ArmChoice Fairness(ExperimentData data) => data.HasProtectedFields
        ? new ArmChoice(
            Full,
            Random(0.5, Full.Name),
            DefaultHalf(Full.Name),
            Top(0.5, Full.Name))
        : throw new InputException("the descriptor names no protected field (protected: true), so there are no groups to compare");

    private static ArmChoice Sketch(ExperimentData data, RunOptions options)
    {
        if (!CanBeExact(data, options))
        {
            throw new InputException(
                $"experiment sketch needs exact gradients to compare with, here {data.Gradients * ExactBytes >> 20:#,0} MiB for each seed and at most "
                + $"{MostExactBytes >> 20:#,0}: "
                + "lower the caps (--set Snapshot:MaximumTraining=… or Snapshot:Periods=…), and use the nano agent");
        }

        PlannedArm Half(string name, string title, double? x, params string[] set) =>
            new(name, $"{title}, top 50 %", [Size(0.5), .. ByInfluence, .. set], x is null ? [] : ["exact"], x is null ? null : "CountSketch", x);
        return new ArmChoice(
            Half("exact", "exact gradients", null, "Gradients:Sketch=None"),
            Half("sketch-1024", "CountSketch with 1,024 buckets", 1024, "Gradients:Sketch=CountSketch", "Gradients:Width=1024"),
            Half("sketch-4096", "CountSketch with 4,096 buckets", 4096, "Gradients:Sketch=CountSketch", "Gradients:Width=4096"),
            Half("sketch-16384", "CountSketch with 16,384 buckets", 16384, "Gradients:Sketch=CountSketch", "Gradients:Width=16384"));
    }

    private static ArmChoice Timed(ExperimentData data, string name, IReadOnlyList<PlannedArm> arms) => data.DecayIdentified
        ? new ArmChoice(arms)
        : throw new InputException(
            $"experiment {name} needs data with at least two distinct times: the training samples of this snapshot have fewer, so the decay is not identified. "
            + "Give the descriptor a time column, or take a data set with one (simulated, lending-club, uci-default-panel)");

    private static bool CanBeExact(ExperimentData data, RunOptions options) => options.Agent.Base == "nano" && data.Gradients * ExactBytes <= MostExactBytes;

    private static string Size(double share) => $"Selection:Size={Text(share)}";

    private static string Percent(double share) => Text(Math.Round(100 * share));

    private static string Text(double value) => value.ToString("0.#####", CultureInfo.InvariantCulture);
}

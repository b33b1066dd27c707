namespace ZiGong.Cli.Local.Results;

/// <summary>A table of the published results: one experiment on one data set.</summary>
/// <param name="Dataset">A shipped name, or a descriptor's file.</param>
/// <param name="File">The real or simulated table.</param>
/// <param name="Arguments">What else the experiment gets.</param>
internal sealed record ResultTable(string Experiment, string Dataset, string File, IReadOnlyList<string> Arguments)
{
    /// <summary>The data set's page.</summary>
    public string Page => Path.GetFileNameWithoutExtension(Dataset);

    /// <summary>The command as a reader would give it.</summary>
    public string Command => string.Join(
        ' ', ["./zigong", "experiment", Experiment, "--dataset", Path.GetFileName(Dataset), Path.GetFileName(File), .. Arguments]);
}

/// <summary>
/// Which tables are published. All of them take less than two hours on two cores, so rules that tables agree on are left out of the longer ones.
/// </summary>
internal static class ResultPlan
{
    private static readonly string[] Halves = ["full", "random-50", "default-50", "top-50", "plain-50"];

    /// <param name="data">The folder of the real tables.</param>
    /// <param name="simulated">The simulated table.</param>
    /// <param name="mislabelled">The one with wrong labels, beside which its descriptor lies.</param>
    /// <param name="full">Lifts every cap.</param>
    public static IReadOnlyList<ResultTable> Of(string data, string simulated, string mislabelled, bool full)
    {
        var german = Path.Combine(data, "calm", "german.data");
        var uci = Path.Combine(data, "uci-default", "UCI_Credit_Card.csv");
        var lending = Path.Combine(data, "lending-club", "lendingclub_2007_2011.csv");
        // LESS needs exact gradients, which are too many where all samples take part.
        string[] less = full ? [] : ["less-50"];
        string[] Cap(string option) => full ? [] : ["--set", option];
        ResultTable Table(string experiment, string dataset, string file, params string[] arguments) =>
            new(experiment, dataset, file, full && experiment != "fidelity" ? [.. arguments, "--full"] : arguments);
        return
        [
            // The paper's claim, and its rivals.
            Table("baseline", "simulated", simulated),
            Table("baseline", "german", german, "--folds", "5"),
            Table("baseline", "australian", Path.Combine(data, "calm", "australian.dat"), ["--folds", "3", "--arms", .. Halves]),
            // 64 fields make long prompts: fewer samples, arms and seeds, or this one table would take an hour.
            Table(
                "baseline", "polish", Path.Combine(data, "calm", "polish_1year.arff"),
                ["--folds", "3", "--seeds", "1", .. Cap("Snapshot:MaximumTraining=2000"), "--arms", "full", "random-50", "top-50", "plain-50"]),
            Table("baseline", "uci-default", uci, ["--arms", .. Halves, "tracincp-50", "loss-50", .. less]),
            Table("baseline", "lending-club", lending, ["--arms", .. Halves, "tracincp-50", "loss-50", "newest-50"]),
            // Decay.
            Table("decay", "simulated", simulated, "--seeds", "5"),
            Table("decay", "lending-club", lending),
            Table("decay", "uci-default-panel", uci, Cap("Snapshot:MaximumTest=6000")),
            // Groups: German in the folds of its baseline, whose runs are found again.
            Table("fairness", "german", german, "--folds", "5"),
            Table("fairness", "uci-default", uci),
            // What the scores are worth. Leaving one sample out is left out: docs/results/fidelity.md has it, and it is noise.
            Table("fidelity", "german", german, "--measure", "lds", "--measure", "flips", "--measure", "sketch", "--measure", "stability"),
            Table("fidelity", "simulated", simulated, "--measure", "lds", "--measure", "flips"),
            // Where labels are wrong, choosing has something to leave out.
            Table("baseline", Path.ChangeExtension(mislabelled, "yaml"), mislabelled, "--arms", "full", "random-50", "top-50"),
            // Which decay, and how much of the data. What the sample's age does is in decay, what sketches do in fidelity.
            Table("gamma", "simulated", simulated),
            Table("mix", "simulated", simulated),
            Table("prune-ratio", "simulated", simulated),
        ];
    }
}

namespace ZiGong.Credit.Metrics;

/// <summary>A training sample as the selection saw it.</summary>
/// <param name="Value">The part it belongs to: its class, period or group.</param>
/// <param name="Positive">Whether its answer is the bad outcome.</param>
/// <param name="Kept">Whether the selection kept it.</param>
/// <param name="Top">Whether it was kept for its score.</param>
public readonly record struct SelectedRow(string Value, bool Positive, bool Kept, bool Top);

/// <summary>A part of the training side, and how much of it the selection kept; counts, so that shares of any kind follow.</summary>
/// <param name="By">What parts the training side: <c>class</c>, <c>period</c>, or the name of a protected field.</param>
/// <param name="Value">The part: an answer, a period's name, a group.</param>
/// <param name="Training">Training samples in it.</param>
/// <param name="TrainingPositives">Truly bad ones of these.</param>
/// <param name="Kept">Samples of the part that the selection kept.</param>
/// <param name="KeptPositives">Truly bad ones of these.</param>
/// <param name="Top">Samples kept for their score alone.</param>
/// <param name="TopPositives">Truly bad ones of these.</param>
public sealed record SelectionShare(
    string By, string Value, int Training, int TrainingPositives, int Kept, int KeptPositives, int Top, int TopPositives)
{
    /// <summary>Share of the part that was kept.</summary>
    public double? KeptShare => Ratio(Kept, Training);

    /// <summary>Bads among its training samples: the label's base rate, before pruning.</summary>
    public double? BaseRate => Ratio(TrainingPositives, Training);

    /// <summary>Bads among its kept samples: the base rate after pruning.</summary>
    public double? KeptBaseRate => Ratio(KeptPositives, Kept);

    private static double? Ratio(int part, int whole) => whole == 0 ? null : part / (double)whole;
}

/// <summary>What pruning did to one class.</summary>
/// <param name="Answer">The class.</param>
/// <param name="Training">Training samples of it.</param>
/// <param name="Kept">Kept ones.</param>
/// <param name="Top">Those kept for their score.</param>
/// <param name="Test">Test samples of it.</param>
/// <param name="Recall">
/// Share of them that the model, tuned on the kept samples, puts on the right side of 0.5, of three or more answers gives this one; with its 95 % score
/// interval; null without test samples.
/// </param>
/// <param name="ScorecardRecall">The same of the scorecard, which saw the full training side; of three or more answers only of the bad outcome.</param>
public sealed record ClassEffect(string Answer, int Training, int Kept, int Top, int Test, Interval? Recall, Interval? ScorecardRecall);

/// <summary>What the selection did to the shares of classes, periods and groups.</summary>
public static class SelectionEffect
{
    /// <param name="by">What the rows are parted by.</param>
    /// <param name="rows">Every training sample once.</param>
    /// <param name="order">The parts in the order to report, where it is not that of their names; parts that no row has are left out.</param>
    public static IReadOnlyList<SelectionShare> Of(string by, IEnumerable<SelectedRow> rows, IReadOnlyList<string>? order = null)
    {
        var places = (order ?? []).Select((value, i) => (value, i)).ToDictionary(p => p.value, p => p.i, StringComparer.Ordinal);
        return
        [
            .. rows.GroupBy(r => r.Value, StringComparer.Ordinal)
                .OrderBy(g => places.GetValueOrDefault(g.Key, int.MaxValue)).ThenBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new SelectionShare(
                    by, g.Key, g.Count(), g.Count(r => r.Positive), g.Count(r => r.Kept), g.Count(r => r is { Kept: true, Positive: true }),
                    g.Count(r => r.Top), g.Count(r => r is { Top: true, Positive: true }))),
        ];
    }

    /// <summary>Share of a class's rows on the right side of 0.5.</summary>
    /// <param name="probabilities">P(positive) of the class's test rows.</param>
    /// <param name="positive">Whether the class is the bad outcome.</param>
    public static Interval? Recall(IReadOnlyCollection<double> probabilities, bool positive) =>
        Proportion.Wilson(probabilities.Count(p => (p >= 0.5) == positive), probabilities.Count);
}

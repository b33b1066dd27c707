using ZiGong.Contracts;

namespace ZiGong.Influence.Rules;

/// <summary>What is kept of the training samples.</summary>
/// <param name="Size">Up to 1 a share of the training samples, above 1 a count.</param>
/// <param name="TopShare">Share of the kept places that goes to the highest scores; the rest is drawn at random.</param>
/// <param name="Quota">How the top places are dealt out.</param>
/// <param name="ExcludeNegative">Samples that raise the reference loss are never kept, neither by score nor by chance.</param>
/// <param name="MinPerClass">No class is left with fewer samples than this (or than it has): its best are kept, even negative ones.</param>
public sealed record SelectionPolicy(
    double Size = 0.5,
    double TopShare = 0.30,
    Quota Quota = Quota.TaskAndClass,
    bool ExcludeNegative = false,
    int MinPerClass = 1)
{
    /// <exception cref="InputException">A value out of range, by name.</exception>
    public SelectionPolicy Checked()
    {
        Require(Size > 0 && double.IsFinite(Size), $"Size is {Size:R}, it must be above 0: up to 1 a share, above 1 a count");
        Require(Size <= 1 || double.IsInteger(Size), $"Size is {Size:R}, above 1 it is a count and must be whole");
        Require(TopShare is >= 0 and <= 1, $"TopShare is {TopShare:R}, it must be from 0 to 1");
        Require(MinPerClass >= 0, $"MinPerClass is {MinPerClass}, it must not be negative");
        return this;
    }

    /// <summary>Places for this many training samples: at least one.</summary>
    public int Places(int samples) => WorkAmounts.Places(Size, samples);

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new InputException(message);
        }
    }
}

/// <summary>A training sample with its influence score.</summary>
public sealed record ScoredSample(string Id, string Task, string Answer, double Score);

/// <summary>Why a sample was kept.</summary>
public enum SelectionReason
{
    Top,
    Random,
    ClassGuard,
}

/// <summary>A kept sample.</summary>
/// <param name="Id">The sample.</param>
/// <param name="Rank">Place by score among all training samples, from 1; ties by id.</param>
/// <param name="Score">Influence score.</param>
/// <param name="Reason">Why it was kept.</param>
public sealed record SelectionMember(string Id, int Rank, double Score, SelectionReason Reason);

/// <summary>What happened to one class of one task.</summary>
/// <param name="Task">The task.</param>
/// <param name="Answer">The class.</param>
/// <param name="Samples">Training samples.</param>
/// <param name="Positive">Of these, with a score above 0.</param>
/// <param name="Negative">Of these, with a score below 0.</param>
/// <param name="Top">Kept by score.</param>
/// <param name="Kept">Kept at all.</param>
public sealed record ClassShare(string Task, string Answer, int Samples, int Positive, int Negative, int Top, int Kept);

/// <summary>The kept samples by rising rank, and the figures per class ordered by task and class.</summary>
public sealed record SelectionOutcome(IReadOnlyList<SelectionMember> Members, IReadOnlyList<ClassShare> Classes);

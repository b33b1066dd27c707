namespace ZiGong.Credit.Reading;

/// <summary>What became of one observation of a row: a sample, a rejection, or (both null) left out by a filter.</summary>
public readonly record struct ReadResult(long Line, Sample? Sample, Rejection? Rejection)
{
    /// <summary>The sample's natural key as earlier versions made it; the same as now where they agree.</summary>
    public string? FormerKey { get; init; }

    /// <summary>The row did not pass the descriptor's filters.</summary>
    public bool Filtered => Sample is null && Rejection is null;
}

namespace ZiGong.Contracts;

/// <summary>The kept samples are fixed.</summary>
/// <param name="Selection">Content hash of the selection file.</param>
public sealed record SamplesSelected(Guid RunId, int Generation, string Selection, int Kept, int Top, int Random) : IRunMessage
{
    public string Unit => "selection";
}

/// <summary>The kept samples are rendered as instructions.</summary>
/// <param name="Dataset">Content hash of the JSONL file; equal where the same is learnt.</param>
public sealed record DatasetTemplated(Guid RunId, int Generation, string Dataset, int Instructions) : IRunMessage
{
    public string Unit => "dataset";
}

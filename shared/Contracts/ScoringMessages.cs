namespace ZiGong.Contracts;

/// <summary>Order: the gradients of one shard at one checkpoint.</summary>
public sealed record ExtractShard(Guid RunId, int Generation, string Checkpoint, string Shard) : IRunMessage
{
    public string Unit => Units.Pair(Checkpoint, Shard);
}

/// <summary>Order: the reference vectors of one checkpoint, now that all reference shards have gradients.</summary>
public sealed record AverageReference(Guid RunId, int Generation, string Checkpoint) : IRunMessage
{
    public string Unit => Checkpoint;
}

/// <summary>The reference vectors of one checkpoint are stored.</summary>
public sealed record ReferenceAveraged(Guid RunId, int Generation, string Checkpoint, int Samples) : IRunMessage
{
    public string Unit => Checkpoint;
}

/// <summary>Order: the partial scores of one shard at one checkpoint.</summary>
public sealed record ScoreShard(Guid RunId, int Generation, string Checkpoint, string Shard) : IRunMessage
{
    public string Unit => Units.Pair(Checkpoint, Shard);
}

/// <summary>Order: check that every partial score is there and describe the TracSeq scores.</summary>
public sealed record CombineScores(Guid RunId, int Generation) : IRunMessage
{
    public string Unit => "scores";
}

/// <summary>Every training sample of the snapshot has its TracSeq score.</summary>
/// <param name="Gamma">The decay that was used: 1 where times do not identify one.</param>
public sealed record SnapshotScored(Guid RunId, int Generation, int Samples, int Checkpoints, double Gamma) : IRunMessage
{
    public string Unit => "scores";
}

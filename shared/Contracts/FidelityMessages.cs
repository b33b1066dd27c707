namespace ZiGong.Contracts;

/// <summary>Order: a piece of a fidelity run, an agent with its products or a training on a subset.</summary>
public sealed record TrainPiece(Guid RunId, int Generation, string Piece) : IRunMessage
{
    public string Unit => Piece;
}

/// <summary>Order: the figures of a fidelity run, now that all its pieces have outcomes.</summary>
public sealed record MeasureFidelity(Guid RunId, int Generation) : IRunMessage
{
    public string Unit => "fidelity";
}

/// <summary>Last event of a fidelity run. Nobody is told but the log.</summary>
/// <param name="Result">Artifact with what was found.</param>
public sealed record FidelityMeasured(Guid RunId, int Generation, int Pieces, string Result) : IRunMessage
{
    public string Unit => "fidelity";
}

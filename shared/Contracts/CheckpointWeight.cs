namespace ZiGong.Contracts;

/// <summary>What a checkpoint weighed.</summary>
/// <param name="Number">The checkpoint.</param>
/// <param name="Time">Its time in periods.</param>
/// <param name="Weight">γ^(T − t_i); 0 where it was left out.</param>
public sealed record CheckpointWeight(int Number, double? Time, double Weight);

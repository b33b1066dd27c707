using ZiGong.Contracts;

namespace ZiGong.Training.Fidelity;

/// <summary>
/// An order of samples that follows from their ids: passes one after the other, each by a seeded hash of pass and id, cut into batches without regard
/// to where a pass ends. Leaving samples out moves the others up and changes nothing of their order among themselves.
/// </summary>
public sealed class HashOrder(IReadOnlyList<string> ids, int batchSize, ulong seed)
{
    private readonly Dictionary<int, int[]> _passes = [];

    /// <summary>Places in <c>ids</c> of a step's samples, counted from 0.</summary>
    public int[] At(int step) => [.. Enumerable.Range(0, batchSize).Select(i => Place(((long)step * batchSize) + i))];

    private int Place(long position)
    {
        var pass = (int)(position / ids.Count);
        if (!_passes.TryGetValue(pass, out var order))
        {
            _passes[pass] = order =
            [
                .. Enumerable.Range(0, ids.Count)
                    .OrderBy(i => SeededRandom.Derive(seed, "pass", $"{pass}", ids[i])).ThenBy(i => ids[i], StringComparer.Ordinal),
            ];
        }

        return order[position % ids.Count];
    }
}

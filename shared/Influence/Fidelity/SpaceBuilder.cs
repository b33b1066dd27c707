using ZiGong.Contracts;
using ZiGong.Influence.Gradients;

namespace ZiGong.Influence.Fidelity;

/// <summary>Exact gradients of one checkpoint, brought into the spaces that arms compare.</summary>
/// <param name="Training">[n][D].</param>
/// <param name="Reference">[m][D].</param>
/// <param name="Blocks">The LoRA matrices behind the coordinates.</param>
/// <param name="Moments">Adam's, of the checkpoint.</param>
/// <param name="Damping">Of the Fisher.</param>
public sealed record SpaceBuilder(
    IReadOnlyList<float[]> Training, IReadOnlyList<float[]> Reference, IReadOnlyList<ParameterBlock> Blocks, CheckpointMoments Moments, double Damping)
{
    private const int Tile = 8;

    /// <param name="space">The form wanted.</param>
    /// <param name="sketchSeed">Of the sketch's hash functions.</param>
    public SpaceProducts Build(GradientSpace space, ulong sketchSeed)
    {
        using var flushed = Denormals.Flush();
        var sketch = space.Width > 0 ? new CountSketch(space.Width, sketchSeed, Blocks) : null;
        var training = Of(Training, space.Kind == SpaceKind.Adam ? Preconditioned : space.Kind == SpaceKind.Layers ? ByLayer : null, sketch);
        var reference = Of(Reference, space.Kind == SpaceKind.Layers ? ByLayer : null, sketch);
        if (space.Kind == SpaceKind.Fisher)
        {
            var fisher = new EmpiricalFisher(training, Damping);
            reference = [.. reference.Select(r => fisher.Solve(r))];
        }

        var norms = space.Kind is SpaceKind.Adam or SpaceKind.Layers ? training : Training;
        var referenceNorms = space.Kind == SpaceKind.Layers ? reference : Reference;
        return new SpaceProducts(Products(training, reference), [.. norms.Select(Norm)], [.. referenceNorms.Select(Norm)]);
    }

    private static double Norm(float[] row) => GradientRows.Norm(row);

    private static IReadOnlyList<float[]> Of(IReadOnlyList<float[]> rows, Func<float[], float[]>? change, CountSketch? sketch)
    {
        if (change is null && sketch is null)
        {
            return rows;
        }

        return
        [
            .. rows.Select(row =>
            {
                var changed = change is null ? row : change(row);
                if (sketch is null)
                {
                    return changed;
                }

                var sketched = new float[sketch.Buckets];
                sketch.Apply(changed, sketched);
                return sketched;
            }),
        ];
    }

    private float[] Preconditioned(float[] row)
    {
        var copy = row.ToArray();
        Moments.Apply(copy);
        return copy;
    }

    private float[] ByLayer(float[] row)
    {
        var copy = row.ToArray();
        var start = 0;
        foreach (var block in Blocks)
        {
            var part = copy.AsSpan(start, block.Length);
            var norm = GradientRows.Norm(part);
            for (var i = 0; i < part.Length && norm > 0; i++)
            {
                part[i] = (float)(part[i] / norm);
            }

            start += block.Length;
        }

        return copy;
    }

    private static float[] Products(IReadOnlyList<float[]> training, IReadOnlyList<float[]> reference)
    {
        var products = new float[training.Count * reference.Count];
        for (var first = 0; first < reference.Count; first += Tile)
        {
            // A few reference rows stay in the cache while all training rows pass by.
            for (var i = 0; i < training.Count; i++)
            {
                for (var j = first; j < Math.Min(first + Tile, reference.Count); j++)
                {
                    products[(i * reference.Count) + j] = (float)GradientRows.Dot(training[i], reference[j]);
                }
            }
        }

        return products;
    }
}

namespace ZiGong.Influence.Fidelity;

/// <summary>Products of an agent's checkpoints as bytes.</summary>
public static class ProductsFile
{
    public static byte[] Write(IReadOnlyList<CheckpointProducts> checkpoints)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(checkpoints.Count);
        foreach (var checkpoint in checkpoints)
        {
            writer.Write(checkpoint.Number);
            writer.Write(checkpoint.Time ?? double.NaN);
            writer.Write(checkpoint.Eta);
            Write(writer, checkpoint.Losses);
            writer.Write(checkpoint.Spaces.Count);
            foreach (var (name, space) in checkpoint.Spaces)
            {
                writer.Write(name);
                Write(writer, space.TrainingNorms);
                Write(writer, space.ReferenceNorms);
                foreach (var value in space.Values)
                {
                    writer.Write(value);
                }
            }
        }

        writer.Flush();
        return stream.ToArray();
    }

    public static IReadOnlyList<CheckpointProducts> Read(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        return [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => ReadCheckpoint(reader))];
    }

    private static CheckpointProducts ReadCheckpoint(BinaryReader reader)
    {
        var (number, time, eta, losses) = (reader.ReadInt32(), reader.ReadDouble(), reader.ReadDouble(), ReadNumbers(reader));
        var spaces = new Dictionary<string, SpaceProducts>(StringComparer.Ordinal);
        for (var left = reader.ReadInt32(); left > 0; left--)
        {
            var (name, training, reference) = (reader.ReadString(), ReadNumbers(reader), ReadNumbers(reader));
            var values = new float[training.Length * reference.Length];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = reader.ReadSingle();
            }

            spaces[name] = new SpaceProducts(values, training, reference);
        }

        return new CheckpointProducts(number, double.IsNaN(time) ? null : time, eta, losses, spaces);
    }

    private static void Write(BinaryWriter writer, double[] values)
    {
        writer.Write(values.Length);
        foreach (var value in values)
        {
            writer.Write(value);
        }
    }

    private static double[] ReadNumbers(BinaryReader reader) => [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => reader.ReadDouble())];
}

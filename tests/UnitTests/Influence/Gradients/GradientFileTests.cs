using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Influence.Gradients;

namespace ZiGong.UnitTests.Influence.Gradients;

public sealed class GradientFileTests
{
    [Theory]
    [InlineData(GradientStorage.Single)]
    [InlineData(GradientStorage.ScaledHalf)]
    public void Entries_and_rows_come_back(GradientStorage storage)
    {
        var rows = Rows(5, 33, scale: 0.01);
        using var file = Open(Write(storage, rows));
        file.Storage.ShouldBe(storage);
        file.Count.ShouldBe(5);
        file.Dimension.ShouldBe(33);
        file.Entries.ShouldBe([.. Enumerable.Range(0, 5).Select(Entry)]);
        var row = new float[33];
        foreach (var i in new[] { 4, 0, 2 })
        {
            file.Read(i, row);
            var tolerance = storage == GradientStorage.Single ? 0 : rows[i].Max(MathF.Abs) / 2048;
            row.Zip(rows[i], (a, b) => Math.Abs(a - b)).Max().ShouldBeLessThanOrEqualTo(tolerance);
        }
    }

    [Fact]
    public void Half_rows_keep_eleven_bits_of_every_coordinate_within_29_powers_of_two()
    {
        var property = Prop.ForAll(
            ArbMap.Default.ArbFor<int>().Generator.ToArbitrary(),
            Gen.Choose(-100, 100).ToArbitrary(),
            (seed, exponent) =>
            {
                var random = new SeededRandom((ulong)seed);
                var row = Enumerable.Range(0, 50)
                    .Select(_ => (float)Math.ScaleB((random.NextDouble() + 1) * (random.NextInt(2) == 0 ? -1 : 1), exponent - random.NextInt(28))).ToArray();
                var read = ReadBack(GradientStorage.ScaledHalf, row);
                return read.Zip(row, (a, b) => Math.Abs(a - b) <= Math.Abs(b) / 2048).All(ok => ok);
            });
        Check.QuickThrowOnFailure(property);
    }

    [Theory]
    [InlineData(1e-30f)]
    [InlineData(3e-37f)]
    [InlineData(2e38f)]
    public void Very_small_and_very_large_gradients_survive_as_halves(float magnitude)
    {
        float[] row = [magnitude, -magnitude / 3, magnitude / 1000, 0];
        ReadBack(GradientStorage.ScaledHalf, row).Zip(row, (a, b) => Math.Abs(a - b) <= Math.Abs(b) / 1024).ShouldAllBe(ok => ok);
    }

    [Fact]
    public void A_zero_row_stays_zero() => ReadBack(GradientStorage.ScaledHalf, [0, 0, 0]).ShouldAllBe(x => x == 0);

    [Fact]
    public void The_same_rows_give_the_same_bytes_and_the_announced_length()
    {
        var rows = Rows(3, 20);
        var bytes = Write(GradientStorage.ScaledHalf, rows);
        bytes.ShouldBe(Write(GradientStorage.ScaledHalf, rows));
        bytes.Length.ShouldBe(32 + (3 * ((20 * 2) + 40)) + 4);
    }

    [Fact]
    public void A_file_without_rows_is_a_file()
    {
        using var file = Open(Write(GradientStorage.Single, [], dimension: 7));
        file.Count.ShouldBe(0);
        file.Dimension.ShouldBe(7);
    }

    [Theory]
    [InlineData(GradientStorage.Single)]
    [InlineData(GradientStorage.ScaledHalf)]
    public void No_flipped_bit_goes_unnoticed(GradientStorage storage)
    {
        var good = Write(storage, Rows(2, 9));
        for (var position = 0; position < good.Length; position++)
        {
            var bad = good.ToArray();
            bad[position] ^= 0x10;
            Should.Throw<InvalidDataException>(() => ReadAll(bad), $"byte {position}");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    [InlineData(40)]
    [InlineData(-1)]
    public void A_truncated_file_is_refused(int length)
    {
        var bytes = Write(GradientStorage.Single, Rows(2, 9));
        Should.Throw<InvalidDataException>(() => ReadAll(bytes[..(length < 0 ? bytes.Length + length : length)])).Message.ShouldContain("test.grad");
    }

    [Fact]
    public void A_file_with_something_behind_it_is_refused() =>
        Should.Throw<InvalidDataException>(() => ReadAll([.. Write(GradientStorage.Single, Rows(2, 9)), 0]));

    [Fact]
    public void Another_kind_of_file_is_refused() =>
        Should.Throw<InvalidDataException>(() => ReadAll(new byte[500])).Message.ShouldContain("not a gradient file");

    [Fact]
    public void A_damaged_row_names_its_sample_and_leaves_the_others_readable()
    {
        var bytes = Write(GradientStorage.Single, Rows(3, 9));
        bytes[32 + (9 * 4) + 5] ^= 1;
        using var file = Open(bytes);
        var row = new float[9];
        file.Read(0, row);
        file.Read(2, row);
        Should.Throw<InvalidDataException>(() => file.Read(1, row)).Message.ShouldContain(Entry(1).SampleId);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_row_that_is_not_finite_is_not_written(float value)
    {
        var writer = new GradientFileWriter(new MemoryStream(), GradientStorage.Single, 1, 3);
        Should.Throw<ArgumentException>(() => writer.Append(Entry(0), [1, value, 2])).Message.ShouldContain(Entry(0).SampleId);
    }

    [Fact]
    public void The_writer_holds_its_caller_to_the_announced_number_of_rows()
    {
        var writer = new GradientFileWriter(new MemoryStream(), GradientStorage.Single, 1, 3);
        Should.Throw<InvalidOperationException>(writer.Complete);
        writer.Append(Entry(0), [1, 2, 3]);
        Should.Throw<InvalidOperationException>(() => writer.Append(Entry(1), [1, 2, 3]));
    }

    [Fact]
    public void Files_are_read_from_disk_row_by_row()
    {
        var path = Path.GetTempFileName();
        try
        {
            var rows = Rows(4, 6);
            File.WriteAllBytes(path, Write(GradientStorage.Single, rows));
            using (var file = GradientFile.Open(path))
            {
                var row = new float[6];
                file.Read(3, row);
                row.ShouldBe(rows[3]);
            }

            File.WriteAllBytes(path, [1, 2, 3]);
            Should.Throw<InvalidDataException>(() => GradientFile.Open(path)).Message.ShouldContain(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static GradientEntry Entry(int i) => new($"{i + 10:x32}", 0.5 + i, 1.0 / (i + 3));

    private static float[][] Rows(int count, int dimension, double scale = 1)
    {
        var random = new SeededRandom(8);
        return [.. Enumerable.Range(0, count).Select(_ => Enumerable.Range(0, dimension).Select(_ => (float)(scale * random.NextGaussian())).ToArray())];
    }

    private static byte[] Write(GradientStorage storage, float[][] rows, int? dimension = null)
    {
        using var stream = new MemoryStream();
        var writer = new GradientFileWriter(stream, storage, rows.Length, dimension ?? rows[0].Length);
        for (var i = 0; i < rows.Length; i++)
        {
            writer.Append(Entry(i), rows[i]);
        }

        writer.Complete();
        return stream.ToArray();
    }

    private static GradientFile Open(byte[] bytes) => GradientFile.Open(new MemoryStream(bytes), "test.grad");

    private static float[] ReadBack(GradientStorage storage, float[] row)
    {
        using var file = Open(Write(storage, [row]));
        var read = new float[row.Length];
        file.Read(0, read);
        return read;
    }

    private static void ReadAll(byte[] bytes)
    {
        using var file = Open(bytes);
        var row = new float[file.Dimension];
        for (var i = 0; i < file.Count; i++)
        {
            file.Read(i, row);
        }
    }
}

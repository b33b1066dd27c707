using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using TorchSharp;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Mistral;
using ZiGong.ModelFiles;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Mistral;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Bool)]
    public void A_tensor_of_every_type_comes_back_bit_for_bit(ScalarType dtype)
    {
        using var scope = NewDisposeScope();
        var value = tensor(new double[] { 0, 1, 3.25, 100, 0.5, 7 }, [2, 3]).to(dtype);
        SafetensorsFile.Write(_folder.File("one.safetensors"), [("x", value)]);
        using var file = new SafetensorsFile(_folder.File("one.safetensors"));
        var read = file.Read("x");
        (read.dtype, read.shape).ShouldSatisfyAllConditions(r => r.dtype.ShouldBe(dtype), r => r.shape.ShouldBe([2, 3]));
        read.bytes.ToArray().ShouldBe(value.bytes.ToArray());
    }

    [Fact]
    public void Scalars_empty_tensors_and_views_come_back()
    {
        using var scope = NewDisposeScope();
        var matrix = tensor(new float[] { 1, 2, 3, 4, 5, 6 }, [2, 3]);
        SafetensorsFile.Write(_folder.File("x"), [("scalar", tensor(4.5)), ("empty", zeros([0, 3])), ("turned", matrix.transpose(0, 1))]);
        using var file = new SafetensorsFile(_folder.File("x"));
        file.Read("scalar").item<double>().ShouldBe(4.5);
        file.Read("empty").shape.ShouldBe([0, 3]);
        file.Read("turned").ToArray<float>().ShouldBe([1, 4, 2, 5, 3, 6]);
    }

    [Fact]
    public void Any_set_of_names_and_shapes_comes_back_and_gives_the_same_bytes_in_any_order() =>
        Prop.ForAll<NonEmptyString[], byte>((names, seed) =>
        {
            using var scope = NewDisposeScope();
            var distinct = names.Select(name => name.Get).Where(name => name != "__metadata__" && IsText(name)).Distinct(StringComparer.Ordinal).ToArray();
            var tensors = distinct.Select(
                (name, i) => (Name: name, Value: full([i % 3, 2, 1 + (seed % 5)], i).to(i % 2 == 0 ? ScalarType.Float32 : ScalarType.Int64))).ToArray();
            using var forward = new MemoryStream();
            using var backward = new MemoryStream();
            SafetensorsFile.Write(forward, tensors);
            SafetensorsFile.Write(backward, tensors.Reverse());
            forward.ToArray().ShouldBe(backward.ToArray());

            var path = _folder.File("any");
            File.WriteAllBytes(path, forward.ToArray());
            using var file = new SafetensorsFile(path);
            file.Entries.Count.ShouldBe(tensors.Length);
            foreach (var (name, value) in tensors)
            {
                file.Read(name).SameAs(value).ShouldBeTrue(name);
            }
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Data_is_aligned_and_the_header_ends_on_eight_bytes()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        SafetensorsFile.Write(
            stream, [("a", zeros([3], dtype: ScalarType.Byte)), ("b", zeros([1], dtype: ScalarType.Float64)), ("c", zeros([1], dtype: ScalarType.Float16))]);
        var (entries, start) = SafetensorsHeader.Read(stream, "memory");
        (start % 8).ShouldBe(0);
        entries.ShouldAllBe(entry => entry.Begin % SafetensorsHeader.ElementSizes[entry.DType] == 0);
    }

    [Fact]
    public void A_file_cut_off_at_any_byte_is_refused_with_its_name()
    {
        var whole = TwoTensors();
        for (var length = 0; length < whole.Length; length++)
        {
            Refusal(whole[..length]).ShouldContain("broken.safetensors");
        }
    }

    [Fact]
    public void A_file_cut_off_in_its_data_names_the_tensor_that_is_incomplete()
    {
        var whole = TwoTensors();
        Refusal(whole[..^1]).ShouldContain("tensor b ");
        Refusal([.. whole, 0]).ShouldContain("the header describes 24");
    }

    [Fact]
    public void A_damaged_header_never_faults()
    {
        var whole = TwoTensors();
        var random = new SeededRandom(11);
        for (var round = 0; round < 3_000; round++)
        {
            var damaged = (byte[])whole.Clone();
            damaged[random.NextInt(damaged.Length - 24)] ^= (byte)(1 + random.NextInt(255)); // the last 24 bytes are data
            try
            {
                SafetensorsHeader.Read(new MemoryStream(damaged), "damaged");
            }
            catch (InputException error)
            {
                error.Message.ShouldStartWith("damaged: ");
            }
        }
    }

    [Theory]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "x")]
    [InlineData(
        """{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "tensor y begins at byte 4")]
    [InlineData("""{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"y":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}""", "leaves a hole")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "tensor x ends at byte 16")]
    [InlineData("""{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,12]}}""", "does not fill its bytes 0 to 12")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3],"data_offsets":[12,0]}}""", "tensor x")]
    [InlineData("""{"x":{"dtype":"F32","shape":[-3],"data_offsets":[0,12]}}""", "tensor x")]
    [InlineData("""{"x":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,12]}}""", "tensor x")]
    [InlineData("""{"x":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,9223372036854775807],"data_offsets":[0,12]}}""", "tensor x")]
    [InlineData("""{"x":{"dtype":"F4","shape":[3],"data_offsets":[0,12]}}""", "type F4")]
    [InlineData("""{"x":{"shape":[3],"data_offsets":[0,12]}}""", "tensor x lacks")]
    [InlineData("""{"x":{"dtype":"F32","shape":3,"data_offsets":[0,12]}}""", "tensor x lacks")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3],"data_offsets":[0,1,2]}}""", "tensor x lacks")]
    [InlineData("""{"x":{"dtype":"F32","shape":[3.5],"data_offsets":[0,12]}}""", "tensor x lacks")]
    [InlineData("""{"x":12}""", "tensor x lacks")]
    [InlineData("""[1,2]""", "not a JSON object")]
    [InlineData("""{"x":""", "not valid JSON")]
    [InlineData("""{}""", "the header describes 0")]
    public void A_header_that_lies_is_refused_and_the_tensor_named(string header, string message)
    {
        var json = Encoding.UTF8.GetBytes(header);
        var file = new byte[8 + json.Length + 12];
        BinaryPrimitives.WriteInt64LittleEndian(file, json.Length);
        json.CopyTo(file, 8);
        Refusal(file).ShouldContain(message);
    }

    [Theory]
    [InlineData(ulong.MaxValue)]
    [InlineData(long.MaxValue)]
    [InlineData(100_000_001UL)]
    [InlineData(40UL)]
    public void An_absurd_header_length_is_refused(ulong length)
    {
        var file = new byte[40];
        BinaryPrimitives.WriteUInt64LittleEndian(file, length);
        Refusal(file).ShouldContain($"the header claims {length} bytes in a file of 40");
    }

    [Fact]
    public void A_missing_file_and_a_missing_tensor_are_named()
    {
        Should.Throw<InputException>(() => new SafetensorsFile(_folder.File("none.safetensors"))).Message.ShouldContain("none.safetensors");
        File.WriteAllBytes(_folder.File("two.safetensors"), TwoTensors());
        using var file = new SafetensorsFile(_folder.File("two.safetensors"));
        Should.Throw<InputException>(() => file.Read("c")).Message.ShouldContain("tensor c is missing");
    }

    [Fact]
    public void Metadata_is_written_and_not_taken_for_a_tensor()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, [("a", ones([1]))], new Dictionary<string, string> { ["format"] = "pt" });
        Encoding.UTF8.GetString(stream.ToArray()).ShouldContain("""{"__metadata__":{"format":"pt"},""");
        SafetensorsHeader.Read(stream, "memory").Entries.Single().Name.ShouldBe("a");
    }

    private string Refusal(byte[] bytes)
    {
        File.WriteAllBytes(_folder.File("broken.safetensors"), bytes);
        return Should.Throw<InputException>(() => new SafetensorsFile(_folder.File("broken.safetensors")).Dispose()).Message;
    }

    private static byte[] TwoTensors()
    {
        using var scope = NewDisposeScope();
        using var stream = new MemoryStream();
        SafetensorsFile.Write(stream, [("a", ones([2, 2])), ("b", ones([2]))]);
        return stream.ToArray();
    }

    private static bool IsText(string name) => name.EnumerateRunes().All(rune => rune != Rune.ReplacementChar);
}

using Shouldly;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Torch;

public sealed class FactoryTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void New_tensors_are_filled_as_named()
    {
        zeros(2, 2).ShouldHold([2, 2], 0, 0, 0, 0);
        ones([3], dtype: int64).dtype.ShouldBe(ScalarType.Int64);
        full([2], 1.5).ShouldHold([2], 1.5, 1.5);
        full(2, 3, 7).dtype.ShouldBe(ScalarType.Int64);
        eye(2).ShouldHold([2, 2], 1, 0, 0, 1);
        eye(2, 3).shape.ShouldBe([2, 3]);
        empty(4, 5, dtype: bfloat16).ElementSize.ShouldBe(2);
        zeros_like(ones(2, 3, dtype: int32)).dtype.ShouldBe(ScalarType.Int32);
        ones_like(zeros(2), dtype: float64).ShouldHold(1, 1);
        zeros(2, requires_grad: true).requires_grad.ShouldBeTrue();
    }

    [Fact]
    public void A_range_of_whole_numbers_is_int64_and_any_other_is_float32()
    {
        arange(3).ShouldHold(0, 1, 2);
        arange(3).dtype.ShouldBe(ScalarType.Int64);
        arange(1, 2, 0.5).dtype.ShouldBe(ScalarType.Float32);
        arange(1, 7, 3, dtype: float64).ShouldHold(1, 4);
    }

    [Fact]
    public void Arrays_are_copied_with_their_type_and_shape()
    {
        var array = new[] { 1f, 2f, 3f, 4f };
        var x = tensor(array, [2, 2]);
        array[0] = 99;
        x.ShouldHold([2, 2], 1, 2, 3, 4);
        tensor(new[,] { { 1L, 2L }, { 3L, 4L } }).ShouldHold([2, 2], 1, 2, 3, 4);
        from_array(new double[,,] { { { 1, 2 } } }).shape.ShouldBe([1, 1, 2]);
        tensor(new List<int> { 1, 2 }).dtype.ShouldBe(ScalarType.Int32);
        tensor(new[] { 1.5f }, dtype: float64).dtype.ShouldBe(ScalarType.Float64);
        tensor(new byte[] { 255 }).ShouldHold(255);
        tensor(true).item<bool>().ShouldBeTrue();
        tensor(3L).item<long>().ShouldBe(3);
        tensor(Array.Empty<float>()).shape.ShouldBe([0]);
    }

    [Fact]
    public void An_array_that_does_not_fill_its_shape_is_refused() =>
        Should.Throw<ArgumentException>(() => tensor(new[] { 1f, 2f, 3f }, [2, 2])).Message.ShouldContain("[2, 2]");

    [Fact]
    public void One_seed_gives_one_sequence()
    {
        lock (SeedLock)
        {
            random.manual_seed(5);
            var first = randn(4);
            var second = randn(4);
            torch.manual_seed(5);
            randn(4).equal(first).ShouldBeTrue();
            first.equal(second).ShouldBeFalse();
        }
    }

    // ATen's default generator belongs to the process.
    private static readonly Lock SeedLock = new();

    [Theory]
    [InlineData("cpu", DeviceType.CPU, -1)]
    [InlineData("cuda", DeviceType.CUDA, -1)]
    [InlineData("cuda:1", DeviceType.CUDA, 1)]
    public void A_device_is_read_from_its_name(string name, DeviceType type, int index)
    {
        var parsed = torch.device(name);
        parsed.ShouldBe(new Device(type, index));
        parsed.ToString().ShouldBe(name);
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("cpu:0:1")]
    public void A_name_that_is_no_device_is_refused(string name) =>
        Should.Throw<ArgumentException>(() => torch.device(name)).Message.ShouldContain(name);

    [Fact]
    public void The_number_of_threads_is_kept()
    {
        set_num_threads(1);
        get_num_threads().ShouldBe(1);
    }
}

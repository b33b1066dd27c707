using Shouldly;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace ZiGong.UnitTests.Torch;

public sealed class ConversionTests : IDisposable
{
    private readonly DisposeScope scope = NewDisposeScope();

    public void Dispose() => scope.Dispose();

    [Fact]
    public void Bfloat16_keeps_eight_bits_of_the_fraction_and_rounds_ties_to_even()
    {
        // The step of bfloat16 between 1 and 2 is 2^-7.
        var x = tensor(new[] { 1f + 1f / 256, 1f + 3f / 256, 3.1415927f, 1e38f }).to(bfloat16);
        x.dtype.ShouldBe(ScalarType.BFloat16);
        x.to(float32).ShouldHold(1, 1 + 2.0 / 128, 3.140625, 9.9692e37);
    }

    [Fact]
    public void Float16_overflows_past_65504()
    {
        var x = tensor(new[] { 65504f, 70000f, 1f / 3 }).to(float16).to(float32).Values();
        x[0].ShouldBe(65504);
        x[1].ShouldBe(double.PositiveInfinity);
        x[2].ShouldBe(0.333251953125);
    }

    [Fact]
    public void The_bfloat16_of_dotnet_and_of_libtorch_are_the_same_bits()
    {
        float[] samples = [0f, -0f, 1f / 3, -2.7182817f, 1e-40f, 3.4e38f, float.NegativeInfinity, 1f + 1f / 256, 1f + 3f / 256];
        var theirs = tensor(samples).to(bfloat16).data<BFloat16>().ToArray();
        var mine = Array.ConvertAll(samples, s => (BFloat16)s);
        mine.Select(v => BitConverter.SingleToInt32Bits(v)).ShouldBe(theirs.Select(v => BitConverter.SingleToInt32Bits(v)));
        float.IsNaN((BFloat16)float.NaN).ShouldBeTrue();
    }

    [Fact]
    public void To_the_same_type_is_the_same_tensor_and_to_another_a_new_one()
    {
        var x = tensor(new[] { 1.9f, -1.9f });
        x.to(float32).ShouldBeSameAs(x);
        x.to(float32, copy: true).ShouldNotBeSameAs(x);
        x.to(int64).ShouldHold(1, -1);
        x.type_as(zeros(1, dtype: float64)).dtype.ShouldBe(ScalarType.Float64);
        x.to(CPU).ShouldBeSameAs(x);
        var old = x.clone();
        old.to(float64, disposeAfter: true);
        old.IsInvalid.ShouldBeTrue();
    }

    [Fact]
    public void The_only_element_reads_as_a_number()
    {
        tensor(2.5f).item<float>().ShouldBe(2.5f);
        tensor(2.5f).ToDouble().ShouldBe(2.5);
        tensor(7).ToInt64().ShouldBe(7);
        tensor(7L).ToSingle().ShouldBe(7f);
        tensor(new[] { 1f }, [1, 1]).item<float>().ShouldBe(1f);
        tensor(7L).ToScalar().ToInt64().ShouldBe(7);
    }

    [Fact]
    public void The_wrong_element_type_is_refused()
    {
        Should.Throw<ArgumentException>(() => ones(2).data<double>()).Message.ShouldContain("Float32");
        Should.Throw<ArgumentException>(() => ones(1).item<int>());
        Should.Throw<ArgumentException>(() => ones(2).item<float>()).Message.ShouldContain("[2]");
    }

    [Fact]
    public void Elements_of_a_view_read_in_row_major_order()
    {
        var x = arange(6).view(2, 3).t();
        var data = x.data<long>();
        data.ToArray().ShouldBe([0, 3, 1, 4, 2, 5]);
        data.ShouldBe([0, 3, 1, 4, 2, 5]);
        data[1].ShouldBe(3);
        data[2, 1].ShouldBe(5);
        data[0, 1] = 30;
        x[0, 1].item<long>().ShouldBe(30);
        Should.Throw<ArgumentOutOfRangeException>(() => data[6]);
        Should.Throw<ArgumentOutOfRangeException>(() => data[3, 0]);
    }

    [Fact]
    public void Elements_are_copied_into_a_span_that_holds_them()
    {
        var data = tensor(new[] { 1f, 2f, 3f }).data<float>();
        var target = new float[5];
        data.CopyTo(target.AsSpan(1));
        target.ShouldBe([0, 1, 2, 3, 0]);
        data.CopyTo(target, arrayIndex: 3, tensorIndex: 1);
        target.ShouldBe([0, 1, 2, 2, 3]);
        Should.Throw<ArgumentException>(() => data.CopyTo(new float[2]));
        ones(0).data<float>().ToArray().ShouldBeEmpty();
    }

    [Fact]
    public void Elements_are_written_through_a_view()
    {
        var x = zeros(2, 2);
        x.t().data<float>().CopyFrom([9f, 1f, 2f], arrayIndex: 1, tensorIndex: 1);
        x.ShouldHold(0, 2, 1, 0);
    }

    [Fact]
    public void Bytes_are_the_memory_itself()
    {
        var x = zeros(2, dtype: int32);
        x.bytes[4] = 7;
        x.ShouldHold(0, 7);
        x.bytes = new byte[] { 1, 0, 0, 0, 2, 0, 0, 0 };
        x.ShouldHold(1, 2);
        Should.Throw<ArgumentException>(() => x.bytes = new byte[3]);
        Should.Throw<InvalidOperationException>(() => zeros(2, 3).t().bytes.Length);
    }
}

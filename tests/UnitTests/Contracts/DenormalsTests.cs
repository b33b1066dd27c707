using System.Runtime.CompilerServices;
using Shouldly;
using Xunit;
using ZiGong.Contracts;

namespace ZiGong.UnitTests.Contracts;

public sealed class DenormalsTests
{
    [Fact]
    public void Within_a_scope_they_are_zero_as_operands_and_as_results_and_afterwards_numbers_again()
    {
        Product(1e-30f, 1e-10f).ShouldBe(1e-40f, 1e-44f);
        using (Denormals.Flush())
        {
            Denormals.AreFlushed.ShouldBeTrue();
            Product(1e-30f, 1e-10f).ShouldBe(0, "the result is too small (FTZ)");
            Product(1e-40f, 1e10f).ShouldBe(0, "the operand is too small (DAZ)");
            Product(1e-30f, 1e-7f).ShouldBe(1e-37f, 1e-44f);
        }

        Denormals.AreFlushed.ShouldBeFalse();
        Product(1e-40f, 1e10f).ShouldBe(1e-30f, 1e-34f);
    }

    [Fact]
    public void The_outer_of_two_scopes_decides_when_it_ends()
    {
        using (Denormals.Flush())
        {
            using (Denormals.Flush())
            {
            }

            Denormals.AreFlushed.ShouldBeTrue();
        }

        Denormals.AreFlushed.ShouldBeFalse();
    }

    [Fact]
    public void Rounding_and_what_is_not_a_number_stay_as_they_are()
    {
        using var scope = Denormals.Flush();
        (Product(1, 1) + Product(1, 5.9604645e-8f)).ShouldBe(1, "half a unit rounds to even");
        float.IsNaN(Product(0, float.PositiveInfinity)).ShouldBeTrue();
    }

    [Fact]
    public async Task Other_threads_do_not_notice()
    {
        using var inside = new ManualResetEventSlim();
        using var looked = new ManualResetEventSlim();
        var flushing = Task.Factory.StartNew(
            () =>
            {
                using var scope = Denormals.Flush();
                inside.Set();
                looked.Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue();
                return Product(1e-40f, 1);
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        inside.Wait(TimeSpan.FromSeconds(30)).ShouldBeTrue();
        Product(1e-40f, 1).ShouldBe(1e-40f, 1e-44f);
        looked.Set();
        (await flushing).ShouldBe(0);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static float Product(float a, float b) => a * b;
}

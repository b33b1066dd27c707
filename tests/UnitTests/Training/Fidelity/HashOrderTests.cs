using Shouldly;
using Xunit;
using ZiGong.Training.Fidelity;

namespace ZiGong.UnitTests.Training.Fidelity;

public sealed class HashOrderTests
{
    private static readonly string[] Ids = [.. Enumerable.Range(0, 10).Select(i => $"{i:x32}")];

    [Fact]
    public void Every_pass_sees_every_sample_once_in_an_order_of_its_own()
    {
        var seen = Stream(Ids, steps: 5, seed: 1);
        seen.Length.ShouldBe(20);
        seen.Take(10).Order().ShouldBe(Ids);
        seen.Skip(10).Order().ShouldBe(Ids);
        seen.Take(10).ShouldNotBe(seen.Skip(10));
        seen.ShouldNotBe(Stream(Ids, 5, seed: 2));
    }

    [Fact]
    public void Leaving_samples_out_changes_nothing_of_the_order_of_the_others()
    {
        string[] some = [.. Ids.Where((_, i) => i is not (2 or 7))];
        Stream(some, steps: 2, seed: 1).ShouldBe(Stream(Ids, 5, seed: 1).Take(10).Where(some.Contains));
    }

    [Fact]
    public void The_order_of_the_list_does_not_matter() =>
        Stream([.. Ids.Reverse()], steps: 5, seed: 1).ShouldBe(Stream(Ids, 5, seed: 1));

    private static string[] Stream(string[] ids, int steps, ulong seed)
    {
        var order = new HashOrder(ids, 4, seed);
        return [.. Enumerable.Range(0, steps).SelectMany(order.At).Select(i => ids[i])];
    }
}

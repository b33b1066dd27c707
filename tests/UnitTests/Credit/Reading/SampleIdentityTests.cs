using Shouldly;
using Xunit;
using ZiGong.Credit;
using ZiGong.Credit.Reading;

namespace ZiGong.UnitTests.Credit.Reading;

public sealed class SampleIdentityTests
{
    private static readonly Sample Base = new(
        "", "d", "t", "s", "k", new Dictionary<string, string> { ["a"] = "1", ["b"] = "2" }, "good", DateTimeOffset.UnixEpoch, null);

    [Fact]
    public void The_order_of_fields_does_not_matter() =>
        SampleIdentity.Of(Base with { Fields = new Dictionary<string, string> { ["b"] = "2", ["a"] = "1" } }).ShouldBe(SampleIdentity.Of(Base));

    [Fact]
    public void Every_part_of_the_content_counts()
    {
        Sample[] variants =
        [
            Base,
            Base with { Dataset = "e" },
            Base with { Task = "u" },
            Base with { Subject = "r" },
            Base with { NaturalKey = "l" },
            Base with { Answer = "bad" },
            Base with { ObservedAt = null },
            Base with { LabelKnownAt = DateTimeOffset.UnixEpoch },
            Base with { Fields = new Dictionary<string, string> { ["a"] = "1" } },
            Base with { Fields = new Dictionary<string, string> { ["a"] = "1", ["b"] = "" } },
            Base with { Fields = new Dictionary<string, string> { ["a"] = "12", ["b"] = "" } },
            Base with { Fields = new Dictionary<string, string> { ["ab"] = "12" } },
        ];

        variants.Select(SampleIdentity.Of).Distinct(StringComparer.Ordinal).Count().ShouldBe(variants.Length);
    }

    [Fact]
    public void The_same_instant_in_another_zone_is_the_same_time() =>
        SampleIdentity.Of(Base with { ObservedAt = DateTimeOffset.UnixEpoch.ToOffset(TimeSpan.FromHours(8)) }).ShouldBe(SampleIdentity.Of(Base));

    [Fact]
    public void The_id_is_pinned_because_stored_ids_must_never_change() => SampleIdentity.Of(Base).ShouldBe("e80480679e2c180b039d02dc5f34dba2");

    [Fact]
    public void Key_parts_do_not_run_into_each_other()
    {
        var identity = new SampleIdentity();

        identity.NaturalKey("d", "t", ["1", "23"], null).ShouldNotBe(identity.NaturalKey("d", "t", ["12", "3"], null));
        identity.NaturalKey("d", "t", ["1"], null).ShouldNotBe(identity.NaturalKey("d", "t", ["1"], DateTimeOffset.UnixEpoch));
    }
}

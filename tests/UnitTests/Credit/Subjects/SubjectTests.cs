using System.Globalization;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Credit;
using ZiGong.Credit.Subjects;

namespace ZiGong.UnitTests.Credit.Subjects;

public sealed class SubjectTests
{
    [Fact]
    public void The_hash_depends_on_key_space_and_id_alone()
    {
        var other = new SubjectHasher("another key of sixteen bytes"u8);

        Tables.Hasher.Hash("a", " 17 ").ShouldBe(Tables.Hasher.Hash("a", "17"));
        Tables.Hasher.Hash("b", "17").ShouldNotBe(Tables.Hasher.Hash("a", "17"));
        Tables.Hasher.Hash("a", "18").ShouldNotBe(Tables.Hasher.Hash("a", "17"));
        other.Hash("a", "17").ShouldNotBe(Tables.Hasher.Hash("a", "17"));
    }

    [Fact]
    public void The_hash_is_HMAC_SHA256_as_openssl_computes_it() =>
        Tables.Hasher.Hash("uci-default", "1").ShouldBe("b2ddd311c35ab57599bddd5b58b43673");

    [Theory]
    [InlineData("M\u00fcller", "Mu\u0308ller")]
    [InlineData("\u212b", "A\u030a")]
    [InlineData("\uac01", "\u1100\u1161\u11a8")]
    public void One_id_in_two_spellings_is_one_subject(string composed, string decomposed)
    {
        Tables.Hasher.Hash("s", decomposed).ShouldBe(Tables.Hasher.Hash("s", composed));
        Tables.Hasher.Hash("s", "Muller").ShouldNotBe(Tables.Hasher.Hash("s", composed));
    }

    [Fact]
    public void What_could_not_be_read_is_never_hashed() =>
        Should.Throw<ArgumentException>(() => Tables.Hasher.Hash("s", "M\uFFFDller")).Message.ShouldNotContain("ller");

    [Fact]
    public void A_short_key_and_a_missing_key_file_are_refused()
    {
        Should.Throw<InputException>(() => new SubjectHasher("short"u8)).Message.ShouldContain("at least 16");
        Should.Throw<InputException>(() => SubjectHasher.FromFile("no-such-key")).Message.ShouldContain("no-such-key is missing");
    }

    [Theory]
    [InlineData("00000000ff", Pool.Train)]
    [InlineData("ccccccccff", Pool.Train)]
    [InlineData("cccccccdff", Pool.Reference)]
    [InlineData("e6666666ff", Pool.Reference)]
    [InlineData("e6666667ff", Pool.Test)]
    [InlineData("ffffffffff", Pool.Test)]
    public void Pools_are_cut_at_fixed_places(string hash, Pool expected) => PoolAssignment.Of(hash).ShouldBe(expected);

    [Fact]
    public void Pools_come_out_at_80_10_10()
    {
        var pools = Enumerable.Range(0, 20_000)
            .Select(id => PoolAssignment.Of(Tables.Hasher.Hash("s", id.ToString(CultureInfo.InvariantCulture)))).CountBy(pool => pool).ToDictionary();

        pools[Pool.Train].ShouldBeInRange(15_800, 16_200);
        pools[Pool.Reference].ShouldBeInRange(1_850, 2_150);
        pools[Pool.Test].ShouldBeInRange(1_850, 2_150);
    }
}

using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Xunit;
using ZiGong.Contracts;

namespace ZiGong.UnitTests.Contracts;

public sealed class ContentHashTests
{
    [Fact]
    public void Bytes_are_named_by_their_SHA_256() =>
        ContentHash.Of(ReadOnlySpan<byte>.Empty).ShouldBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

    [Fact]
    public void Each_part_is_hashed_behind_its_length_in_bytes()
    {
        ContentHash.Of("ab", "c").ShouldBe(ContentHash.Of(Encoding.UTF8.GetBytes("2:ab1:c")));
        ContentHash.Of("ab", "c").ShouldBe("430fb1b4ac43316eca81fab27a1930ab8eff8fef6a1dc7903dce44bbc2790dc5");
        ContentHash.Of("ü").ShouldBe("0cd8850bfc4498db3b7be0bd6e149c345b8b9f798157e87e34583cb71b785dfe");
    }

    [Theory]
    [InlineData("ab|c", "a|bc")]
    [InlineData("a|", "a")]
    [InlineData("1:a", "a")]
    [InlineData("|a", "a|")]
    public void Lists_that_look_alike_when_joined_have_different_hashes(string one, string other) =>
        ContentHash.Of(one.Split('|')).ShouldNotBe(ContentHash.Of(other.Split('|')));

    [Fact]
    public void Different_lists_of_strings_never_meet() => Prop.ForAll<string[], string[]>((a, b) =>
    {
        var (one, other) = (Array.ConvertAll(a, s => s ?? ""), Array.ConvertAll(b, s => s ?? ""));
        return ContentHash.Of(one) == ContentHash.Of(other) == one.SequenceEqual(other, StringComparer.Ordinal);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void An_id_is_half_a_hash_and_fits_a_uuid()
    {
        var id = ContentHash.Id("sample", "german", "17");
        id.ShouldBe(ContentHash.Of("sample", "german", "17")[..32]);
        ContentHash.FromGuid(ContentHash.ToGuid(id)).ShouldBe(id);
    }

    [Fact]
    public void A_whole_hash_gives_the_uuid_of_its_first_half()
    {
        var hash = ContentHash.Of("x");
        ContentHash.FromGuid(ContentHash.ToGuid(hash)).ShouldBe(hash[..32]);
    }
}

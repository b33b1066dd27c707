using Microsoft.Extensions.Logging.Abstractions;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Control.Api;
using ZiGong.Control.Api.Access;
using ZiGong.UnitTests.Mistral;

namespace ZiGong.UnitTests.Control.Access;

/// <summary>Who may come in: the token file by its lines, and what counts of it now.</summary>
public sealed class TokenFileTests : IDisposable
{
    // SHA-256 of "abc", from FIPS 180-4.
    private const string HashOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_line_is_a_name_a_role_a_hash_and_perhaps_an_end()
    {
        var tokens = TokenFile.Parse(
            ["# a comment", "", "  a.b-c_1   viewer\t" + HashOfAbc, $"boss operator {HashOfAbc.ToUpperInvariant()} 2026-12-31 # until then"], "f");

        tokens.Select(t => (t.Name, t.Role, t.Expires)).ShouldBe(
            [("a.b-c_1", ApiRole.Viewer, null), ("boss", ApiRole.Operator, new DateTimeOffset(2026, 12, 31, 0, 0, 0, TimeSpan.Zero))]);
        tokens.ShouldAllBe(t => t.Hash.SequenceEqual(TokenFile.HashOf("abc")));
    }

    [Theory]
    [InlineData("boss operator", "f, line 2: a token is 'name role sha256 [expires]', but this line has 2 words")]
    [InlineData("boss operator HASH 2026-12-31 18:00", "but this line has 5 words")]
    [InlineData("bo$$ operator HASH", "f, line 2: the name 'bo$$' must be letters, digits")]
    [InlineData("boss Operator HASH", "there is no role 'Operator'; it must be viewer or operator")]
    [InlineData("boss operator HASH soon", "'soon' is not a time such as 2026-12-31")]
    [InlineData("first viewer HASH", "there is a token 'first' already; the audit tells tokens by their name")]
    public void A_line_that_cannot_be_used_is_named_by_its_number(string line, string words) =>
        Should.Throw<InputException>(
            () => TokenFile.Parse([$"first viewer {HashOfAbc}", line.Replace("HASH", HashOfAbc, StringComparison.Ordinal)], "f")).Message.ShouldContain(words);

    [Theory]
    [InlineData("zg_the-token-itself")]
    [InlineData("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015a")]
    [InlineData("ga7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")]
    public void What_stands_in_place_of_a_hash_is_not_shown_since_it_may_be_the_token(string word)
    {
        var message = Should.Throw<InputException>(() => TokenFile.Parse([$"boss operator {word}"], "f")).Message;

        message.ShouldBe("f, line 1: the third word must be the SHA-256 of the token as 64 hex digits");
    }

    [Fact]
    public void A_name_may_have_64_characters_and_no_more()
    {
        TokenFile.Parse([$"{new string('a', 64)} viewer {HashOfAbc}"], "f").Count.ShouldBe(1);
        Should.Throw<InputException>(() => TokenFile.Parse([$"{new string('a', 65)} viewer {HashOfAbc}"], "f"));
    }

    [Fact]
    public void New_tokens_are_256_bits_that_never_repeat()
    {
        var tokens = Enumerable.Range(0, 100).Select(_ => TokenFile.NewToken()).ToList();

        tokens.Distinct().Count().ShouldBe(100);
        tokens.ShouldAllBe(t => t.StartsWith("zg_", StringComparison.Ordinal) && t.Length == 46, "three letters and 43 of base 64");
        tokens.ShouldAllBe(t => t.All(c => char.IsAsciiLetterOrDigit(c) || c == '_' || c == '-'));
    }

    [Fact]
    public void The_first_start_makes_a_file_that_its_token_opens_and_later_ones_leave_it()
    {
        var path = _folder.File("deep/tokens");

        TokenFile.Ensure(path);
        var token = File.ReadAllText($"{path}.operator").Trim();
        var made = TokenFile.Read(path).Single();
        TokenFile.Ensure(path);

        (made.Name, made.Role, made.Expires).ShouldBe(("operator", ApiRole.Operator, null));
        made.Hash.ShouldBe(TokenFile.HashOf(token));
        File.ReadAllText(path).ShouldNotContain(token);
        File.ReadAllText($"{path}.operator").Trim().ShouldBe(token);
        File.GetUnixFileMode(path).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.GetUnixFileMode($"{path}.operator").ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_file_that_others_may_touch_is_refused(UnixFileMode mode)
    {
        var path = _folder.File("tokens");
        TokenFile.Ensure(path);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | mode);

        Should.Throw<InputException>(() => TokenFile.Read(path)).Message.ShouldContain("chmod 600");
        Should.Throw<InputException>(() => TokenFile.Read(_folder.File("nowhere"))).Message.ShouldContain("there is no such token file");
    }

    [Fact]
    public void A_token_counts_until_its_end_and_not_at_it()
    {
        var (store, clock) = Open($"a viewer {HashOfAbc} 2026-06-01T12:00:00Z");

        clock.Now = new DateTimeOffset(2026, 6, 1, 11, 59, 59, TimeSpan.Zero);
        store.Find("abc")!.Name.ShouldBe("a");
        clock.Now = clock.Now.AddSeconds(1);
        store.Find("abc").ShouldBeNull();
        store.Find("abd").ShouldBeNull();
        store.Find("").ShouldBeNull();
    }

    [Fact]
    public void A_changed_file_counts_at_once_and_a_broken_one_lets_nobody_in_until_it_is_right()
    {
        var (store, _) = Open($"a viewer {HashOfAbc}");
        store.Find("abc").ShouldNotBeNull();

        Write("a viewer nonsense", minutes: 1);
        store.Find("abc").ShouldBeNull();
        Write($"a operator {HashOfAbc}", minutes: 2);
        store.Find("abc")!.Role.ShouldBe(ApiRole.Operator);
        Write($"# a viewer {HashOfAbc}", minutes: 3);
        store.Find("abc").ShouldBeNull();
    }

    private (TokenStore Store, Clock Clock) Open(string line)
    {
        Write(line, minutes: 0);
        var clock = new Clock();
        var store = new TokenStore(new ApiOptions { TokenFile = _folder.File("tokens") }, clock, NullLogger<TokenStore>.Instance);
        store.Open();
        return (store, clock);
    }

    /// <summary>With a time of its own, since two writes within one tick of the file system would look alike.</summary>
    private void Write(string line, int minutes)
    {
        var path = _folder.File("tokens");
        File.WriteAllText(path, line + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.SetLastWriteTimeUtc(path, new DateTime(2026, 1, 1, 0, minutes, 0, DateTimeKind.Utc));
    }

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}

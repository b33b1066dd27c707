using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Control.Api;

namespace ZiGong.UnitTests.Control;

/// <summary>Where the API may listen, and the options that guard it.</summary>
public sealed class ListenAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("http://127.9.9.9:0")]
    [InlineData("http://localhost:8080")]
    [InlineData("http://LOCALHOST:8080")]
    [InlineData("http://[::1]:8080")]
    [InlineData("https://0.0.0.0:8443")]
    [InlineData("HTTPS://*:8443")]
    [InlineData("http://unix:/run/zigong.sock")]
    public void This_machine_and_TLS_are_safe(string address) => Should.NotThrow(() => ListenAddresses.Check([address], allowPlain: false));

    [Theory]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://*:8080")]
    [InlineData("http://+:8080")]
    [InlineData("http://[::]:8080")]
    [InlineData("http://10.0.0.7:8080")]
    [InlineData("http://pipeline.example:8080")]
    [InlineData("http://localhost.example:8080")]
    [InlineData("http://127.0.0.1.example:8080")]
    public void Beyond_this_machine_plain_HTTP_is_refused_unless_it_is_allowed(string address)
    {
        Should.Throw<InputException>(() => ListenAddresses.Check(["http://127.0.0.1:1", address], allowPlain: false)).Message
            .ShouldContain($"would listen on {address} without TLS");
        Should.NotThrow(() => ListenAddresses.Check([address], allowPlain: true));
    }

    [Fact]
    public void What_is_no_address_is_named() =>
        Should.Throw<InputException>(() => ListenAddresses.Check(["8080"], allowPlain: false)).Message.ShouldContain("'8080' is not an address to listen on");

    [Theory]
    [InlineData(1023, false)]
    [InlineData(1024, true)]
    [InlineData(1L << 40, true)]
    [InlineData((1L << 40) + 1, false)]
    public void Uploads_have_a_limit_within_reason(long bytes, bool holds) =>
        Holds(new ApiOptions { UploadLimitBytes = bytes }, "Pipeline:UploadLimitBytes", holds);

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(1_000_000, true)]
    [InlineData(1_000_001, false)]
    public void Rates_lie_between_one_and_a_million(int rate, bool holds)
    {
        Holds(new ApiOptions { RequestsPerSecond = rate }, "Pipeline:RequestsPerSecond", holds);
        Holds(new ApiOptions { UnknownRequestsPerMinute = rate }, "Pipeline:UnknownRequestsPerMinute", holds);
    }

    [Fact]
    public void Folders_of_bases_are_whole_paths_between_semicolons()
    {
        new ApiOptions { BaseFolders = " /a ; ;/b/c;" }.BaseFoldersGiven().ShouldBe(["/a", "/b/c"]);
        new ApiOptions().BaseFoldersGiven().ShouldBeEmpty();
        Holds(new ApiOptions { BaseFolders = "/a;b" }, "Pipeline:BaseFolders", holds: false);
        Holds(new ApiOptions { TokenFile = "" }, "Pipeline:TokenFile", holds: false);
    }

    private static void Holds(ApiOptions options, string name, bool holds)
    {
        if (holds)
        {
            options.Checked().ShouldBe(options);
        }
        else
        {
            Should.Throw<InputException>(() => options.Checked()).Message.ShouldStartWith(name);
        }
    }
}

using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Testing;
using ZiGong.UnitTests.Mistral;

namespace ZiGong.UnitTests.Hosting;

/// <summary>Whom to believe, by certificates that are made for it.</summary>
public sealed class TrustedAuthoritiesTests : IDisposable
{
    private readonly TestAuthority _ours = new("ours");
    private readonly TestAuthority _another = new("another");
    private readonly TemporaryFolder _folder = new();

    public void Dispose()
    {
        _ours.Dispose();
        _another.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(SslPolicyErrors.None, true)]
    [InlineData(SslPolicyErrors.RemoteCertificateChainErrors, true)]
    [InlineData(SslPolicyErrors.RemoteCertificateNameMismatch, false)]
    [InlineData(SslPolicyErrors.RemoteCertificateNotAvailable, false)]
    [InlineData(SslPolicyErrors.RemoteCertificateChainErrors | SslPolicyErrors.RemoteCertificateNameMismatch, false)]
    public void That_the_system_does_not_know_the_authority_is_all_that_is_forgiven(SslPolicyErrors errors, bool believed)
    {
        using var server = X509CertificateLoader.LoadCertificateFromFile(_ours.CertificateFile);

        Read(_ours.CaFile).Validate(this, server, null, errors).ShouldBe(believed);
    }

    [Fact]
    public void Another_authority_vouches_for_nobody_of_ours()
    {
        using var server = X509CertificateLoader.LoadCertificateFromFile(_ours.CertificateFile);

        Read(_another.CaFile).Validate(this, server, null, SslPolicyErrors.RemoteCertificateChainErrors).ShouldBeFalse();
        Read(_another.CaFile).Validate(this, server, null, SslPolicyErrors.None).ShouldBeFalse("not even where the system would believe it");
        Read(_ours.CaFile).Validate(this, null, null, SslPolicyErrors.None).ShouldBeFalse();
    }

    [Fact]
    public void Several_authorities_may_stand_in_one_file()
    {
        var both = _folder.File("both.pem");
        File.WriteAllText(both, File.ReadAllText(_another.CaFile) + "\n" + File.ReadAllText(_ours.CaFile));

        foreach (var authority in new[] { _ours, _another })
        {
            using var server = X509CertificateLoader.LoadCertificateFromFile(authority.CertificateFile);
            Read(both).Validate(this, server, null, SslPolicyErrors.RemoteCertificateChainErrors).ShouldBeTrue();
        }
    }

    [Fact]
    public void A_file_that_is_not_there_or_holds_no_certificate_is_refused_by_the_options_name()
    {
        var empty = _folder.File("empty.pem");
        File.WriteAllText(empty, "no certificate here");

        Should.Throw<InputException>(() => Read(_folder.File("none.pem"))).Message.ShouldStartWith("--ca names ");
        Should.Throw<InputException>(() => Read(empty)).Message.ShouldBe($"--ca names {empty}, which holds no certificate in PEM");
        Should.Throw<InputException>(() => Read(_ours.KeyFile)).Message.ShouldContain("no certificate in PEM");
    }

    private static TrustedAuthorities Read(string file) => TrustedAuthorities.Read(file, "--ca");
}

using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using ZiGong.Contracts;

namespace ZiGong.Hosting;

/// <summary>The authorities of a file, trusted instead of those of the system: for servers whose certificate the lender has made himself.</summary>
public sealed class TrustedAuthorities
{
    private readonly X509Certificate2Collection _authorities;

    private TrustedAuthorities(X509Certificate2Collection authorities) => _authorities = authorities;

    /// <param name="file">PEM, one certificate or several.</param>
    /// <param name="option">The option that names the file, for the complaint.</param>
    /// <exception cref="InputException">The file is not there, or holds no certificate.</exception>
    public static TrustedAuthorities Read(string file, string option)
    {
        var authorities = new X509Certificate2Collection();
        try
        {
            authorities.ImportFromPemFile(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new InputException($"{option} names {file}, which cannot be read: {e.Message}", e);
        }

        return authorities.Count > 0
            ? new TrustedAuthorities(authorities)
            : throw new InputException($"{option} names {file}, which holds no certificate in PEM");
    }

    /// <summary>Whether the server is the one that was asked for, and one of these authorities vouches for it.</summary>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 presented || (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) != SslPolicyErrors.None)
        {
            return false;
        }

        using var own = new X509Chain();
        own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        own.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        own.ChainPolicy.ApplicationPolicy.Add(ServerAuthentication);
        foreach (var between in chain?.ChainElements.Skip(1) ?? [])
        {
            own.ChainPolicy.ExtraStore.Add(between.Certificate);
        }

        return own.Build(presented);
    }

    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
}

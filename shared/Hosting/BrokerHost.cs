using System.Net.Security;
using System.Security.Authentication;
using MassTransit;

namespace ZiGong.Hosting;

/// <summary>The broker's address, and whom to believe that it is the broker.</summary>
public static class BrokerHost
{
    /// <exception cref="Contracts.InputException">The authorities' file cannot be used.</exception>
    public static void HostOf(this IRabbitMqBusFactoryConfigurator transport, PipelineOptions options)
    {
        var address = new Uri(options.Broker);
        if (!address.Scheme.Equals("amqps", StringComparison.OrdinalIgnoreCase))
        {
            transport.Host(address);
            return;
        }

        var authorities =
            options.BrokerCa.Length > 0 ? TrustedAuthorities.Read(options.BrokerCa, $"{PipelineOptions.Section}:{nameof(PipelineOptions.BrokerCa)}") : null;
        transport.Host(address, host => host.UseSsl(tls =>
        {
            tls.ServerName = address.Host;
            tls.Protocol = SslProtocols.None; // the best that both sides know
            tls.EnforcePolicyErrors(
                SslPolicyErrors.RemoteCertificateNameMismatch | SslPolicyErrors.RemoteCertificateNotAvailable | SslPolicyErrors.RemoteCertificateChainErrors);
            if (authorities is not null)
            {
                tls.CertificateValidationCallback = authorities.Validate;
            }
        }));
    }
}

using System.Net;
using Microsoft.AspNetCore.Http;
using ZiGong.Contracts;

namespace ZiGong.Control.Api;

/// <summary>Where the API may listen.</summary>
public static class ListenAddresses
{
    /// <exception cref="InputException">An address beyond this machine has no TLS: tokens would cross the network in the clear.</exception>
    public static void Check(IEnumerable<string> addresses, bool allowPlain)
    {
        foreach (var address in addresses.Where(a => !allowPlain && !IsSafe(a)))
        {
            throw new InputException(
                $"the API would listen on {address} without TLS, where others can read the tokens: use https with Kestrel:Certificates:Default, "
                + "a loopback address such as http://127.0.0.1:8080, or behind a proxy with TLS Pipeline:AllowPlainHttp=true");
        }
    }

    private static bool IsSafe(string address)
    {
        BindingAddress parsed;
        try
        {
            parsed = BindingAddress.Parse(address);
        }
        catch (FormatException e)
        {
            throw new InputException($"'{address}' is not an address to listen on, such as http://127.0.0.1:8080", e);
        }

        return parsed.Scheme.Equals("https", StringComparison.OrdinalIgnoreCase)
            || parsed.IsUnixPipe
            || parsed.Host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
            || (IPAddress.TryParse(parsed.Host.Trim('[', ']'), out var ip) && IPAddress.IsLoopback(ip));
    }
}

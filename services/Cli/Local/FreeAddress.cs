using System.Net;
using System.Net.Sockets;
using ZiGong.Contracts;

namespace ZiGong.Cli.Local;

/// <summary>Addresses of the loopback interface, below the ports that the kernel gives to clients.</summary>
internal static class FreeAddress
{
    private const int First = 20_000;
    private const int Count = 12_000;

    /// <summary>The first one that nobody listens at, from a place that a name decides, so that checkouts seldom meet.</summary>
    /// <param name="given">What somebody else was given already.</param>
    public static string For(string name, IReadOnlyCollection<string> given)
    {
        var start = (int)(SeededRandom.Derive(0, "address", name) % Count);
        return Enumerable.Range(0, Count).Select(i => $"http://127.0.0.1:{First + ((start + i) % Count)}").First(a => !given.Contains(a) && !IsTaken(a));
    }

    public static bool IsTaken(string address)
    {
        using var listener = new TcpListener(IPAddress.Loopback, new Uri(address).Port) { ExclusiveAddressUse = false };
        try
        {
            listener.Start();
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}

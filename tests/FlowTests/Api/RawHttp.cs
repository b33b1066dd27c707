using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace ZiGong.FlowTests.Api;

/// <summary>Bytes to a socket and what comes back, for requests that no client would make.</summary>
internal static class RawHttp
{
    public static Task<string> SendAsync(Uri address, string request) => SendAsync(address, Encoding.Latin1.GetBytes(request), TimeSpan.FromSeconds(30));

    /// <param name="patience">How long to listen; what was said until then is the answer.</param>
    /// <returns>All that the server says until it closes; empty if it only closes.</returns>
    public static async Task<string> SendAsync(Uri address, byte[] request, TimeSpan patience)
    {
        using var deadline = new CancellationTokenSource(patience);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var answer = new MemoryStream();
        try
        {
            await socket.ConnectAsync(address.Host, address.Port, deadline.Token);
            await socket.SendAsync(request, deadline.Token);
            var buffer = new byte[8192];
            for (var read = 1; read > 0;)
            {
                read = await socket.ReceiveAsync(buffer, deadline.Token);
                answer.Write(buffer, 0, read);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            // A server may cut off who does not speak HTTP, or wait for the rest of it.
        }

        return Encoding.Latin1.GetString(answer.ToArray());
    }

    /// <summary>0 where there is no status line.</summary>
    public static int StatusOf(string answer) =>
        answer.StartsWith("HTTP/1.", StringComparison.Ordinal)
            && answer.Length >= 12
            && int.TryParse(answer.AsSpan(9, 3), CultureInfo.InvariantCulture, out var status) ? status : 0;
}

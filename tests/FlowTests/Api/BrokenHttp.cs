using System.Text;

namespace ZiGong.FlowTests.Api;

/// <summary>Bytes that are not quite HTTP, the same ones for the same seed.</summary>
internal sealed class BrokenHttp(int seed)
{
    private const string Auth = "Authorization: Bearer " + ApiHost.Operator + "\r\n";
    private readonly Random _random = new(seed);

    /// <summary>What to send, and whether an answer must come: a request without its end keeps the server waiting, rightly.</summary>
    public (byte[] Bytes, bool Whole) Next()
    {
        var close = "Host: a\r\nConnection: close\r\n" + Auth;
        return _random.Next(16) switch
        {
            0 => Whole($"GET /v1/runs HTTP/{Pick("0.9", "1.2", "2.0", "9", "x")}\r\n{close}\r\n"),
            1 => Whole($"GET /v1/artifacts/{Pick("%zz", "%", "%c0%af", "%ff%fe", "\0", "\u0080", "a b", "//", "..%00")} HTTP/1.1\r\n{close}\r\n"),
            2 => Whole($"GET /v1/runs HTTP/1.1\r\n{Auth}\r\n"),
            3 => Whole($"POST /v1/runs HTTP/1.1\r\n{close}Content-Length: {Pick("-1", "9999999999999999999999", "x", "1, 2", "")}\r\n\r\n{{}}"),
            4 =>
                Whole(
                    $"POST /v1/runs HTTP/1.1\r\n{close}Content-Type: application/json\r\nTransfer-Encoding: "
                    + $"{Pick("chunked", "gzip", "chunked, x")}\r\n\r\n{Pick("zz\r\n{}\r\n0\r\n\r\n", "-1\r\n", "fffffffffffffffff\r\n", "2\r\n{}0\r\n\r\n")}"),
            5 => Whole($"GET /v1/runs HTTP/1.1\r\n{close}X: {new string('a', _random.Next(30_000, 60_000))}\r\n\r\n"),
            6 => Whole($"GET /{new string('p', _random.Next(8_000, 20_000))} HTTP/1.1\r\n{close}\r\n"),
            7 => Whole($"GET /v1/runs HTTP/1.1\r\n{close}{string.Concat(Enumerable.Range(0, 150).Select(i => $"H{i}: {i}\r\n"))}\r\n"),
            8 => Whole($"GET /v1/runs HTTP/1.1\r\n{close}{Pick(" folded: x", "no-colon", ": empty", "Na me: x", "X: a\rb", "X: \0")}\r\n\r\n"),
            9 => Whole(
                $"POST /v1/pipeline/pause HTTP/1.1\r\n{close}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /v1/runs HTTP/1.1\r\n\r\n"),
            10 => Part($"POST /v1/runs HTTP/1.1\r\n{close}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n{{\"dataset\":"),
            11 => Part("GET /v1/ru"),
            12 => Part("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Noise(40)),
            13 => Part("\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003" + Noise(300)),
            14 => Part(Noise(_random.Next(1, 600))),
            _ => Part($"{Pick("", "\r\n", "GET", "GET ", "GET\r\n", "HELO a", "GET /v1/runs HTTP/1.1\n\n", "OPTIONS * HTTP/1.1\r\n")}"),
        };
    }

    private static (byte[] Bytes, bool Whole) Whole(string text) => (Encoding.Latin1.GetBytes(text), true);

    private static (byte[] Bytes, bool Whole) Part(string text) => (Encoding.Latin1.GetBytes(text), false);

    private string Noise(int length) => new([.. Enumerable.Range(0, length).Select(_ => (char)_random.Next(256))]);

    private string Pick(params string[] from) => from[_random.Next(from.Length)];
}

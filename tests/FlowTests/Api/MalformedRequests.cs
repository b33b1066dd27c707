using System.Globalization;
using System.Net.Http.Headers;
using System.Text;

namespace ZiGong.FlowTests.Api;

/// <summary>Requests as nobody should make them, the same ones for the same seed: wrong methods, paths, headers and bodies.</summary>
internal sealed class MalformedRequests(int seed, Guid run)
{
    private static readonly string[] Methods = [
        "GET", "GET", "GET", "POST", "POST", "POST", "PUT", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "FROB"];

    private static readonly string[] Routes =
    [
        "/v1/runs", "/v1/runs/{0}", "/v1/runs/{0}/events", "/v1/runs/{0}/selection", "/v1/runs/{0}/replay", "/v1/runs/{0}/retry",
        "/v1/runs/{0}/cancel", "/v1/events",
        "/v1/pipeline", "/v1/pipeline/pause", "/v1/pipeline/resume", "/v1/errors", "/v1/errors/{0}", "/v1/errors/{0}/requeue", "/v1/errors/{0}/discard",
        "/v1/artifacts/{0}", "/v1/uploads", "/v1/uploads/{0}", "/v1/descriptors", "/openapi/v1.json", "/openapi/{0}.json", "/v1/{0}", "/{0}",
        "/v1/runs/{0}/{0}",
        "/v1/experiments", "/v1/experiments/{0}", "/v1/experiments/{0}/result", "/v1/experiments/{0}/cancel", "/v1/experiments/orders",
        "/v1/experiments/orders/{0}", "/v1/experiments/orders/{0}/cancel",
    ];

    private static readonly string[] Values =
    [
        "0", "-1", "1", "500", "501", "9223372036854775807", "9223372036854775808", "1e400", "NaN", "0x10", "true", "null", "", " ", "%", "%00", "\u0000",
        "\uFFFD", "ü", "🦆",
        "../../etc/passwd", "..\\..\\x", "'; drop table zigong.runs; --", "{{this}}", "${jndi:ldap://x}", "<script>", "\r\nX: y", "german",
        "simulated", "latest",
        "00000000-0000-0000-0000-000000000000", "{00000000-0000-0000-0000-000000000000}", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ];

    private static readonly string[] Json =
    [
        "", "{", "}", "[]", "null", "0", "\"text\"", "{}", "{\"dataset\":", "{\"dataset\":null}", "{\"dataset\":1}", "{\"dataset\":[\"german\"]}",
        "{\"dataset\":\"\\ud800\"}",
        "{\"dataset\":\"\\u0000\\n\"}", "{\"dataset\":\"a\\nb: [\"}", "{\"dataset\":\"german\",\"options\":\"Seed=1\"}",
        "{\"dataset\":\"german\",\"options\":[null]}",
        "{\"dataset\":\"german\",\"options\":[\"Seed=1e999\"]}", "{\"dataset\":\"german\",\"options\":[\"Selection:TopShare=NaN\"]}",
        "{\"dataset\":\"german\",\"options\":[\"=\",\"a=b\"]}", "{\"dataset\":\"german\",\"upload\":\"x\"}", "{\"dataset\":\"german\",\"extra\":1}",
        "{\"name\":\"mix\",\"dataset\":\"german\"}", "{\"name\":null,\"dataset\":\"german\"}", "{\"name\":\"mix\",\"dataset\":\"german\",\"arms\":[null]}",
        "{\"name\":\"mix\",\"dataset\":\"german\",\"arms\":[\"\\u0000\"]}", "{\"name\":\"mix\",\"dataset\":\"german\",\"seeds\":0}",
        "{\"name\":\"mix\",\"dataset\":\"german\",\"folds\":-1}",
        "{\"name\":\"mix\",\"dataset\":\"german\",\"parallel\":2147483648}", "{\"name\":\"mix\",\"dataset\":\"german\",\"uploads\":[\"x\"]}",
        "{\"from\":\"Selection\"}", "{\"from\":\"Nothing\"}", "{\"from\":4}", "{\"from\":99}", "{\"from\":\"Selection\",\"units\":\"none\"}",
        "{\"from\":\"Model\",\"set\":[\"Selection:TopShare=\\u0000\"],\"dryRun\":true}", "{\"from\":\"Selection\",\"set\":[null],\"dryRun\":true}",
        "{\"from\":\"Agent\",\"dryRun\":\"yes\"}", "{\"from\":\"Gradients\",\"units\":\"Missing\",\"dryRun\":true}", "{\"text\":null}", "{\"text\":{}}",
        "{\"text\":\"\\u0000\"}", "{\"text\":\"\\ud83d\"}", "{\"text\":\"why not\"}", "{\"text\":1e999}", "{\"a\":1,\"a\":2}", "\u00ef\u00bb\u00bf{}",
        "{\"from\":1e400}",
    ];

    private readonly Random _random = new(seed);

    public HttpRequestMessage Next()
    {
        var route = string.Format(CultureInfo.InvariantCulture, Pick(Routes), Segment());
        var request = new HttpRequestMessage(new HttpMethod(Pick(Methods)), new Uri(route + Query(), UriKind.Relative));
        if (!Chance(10))
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", ApiHost.Operator);
        }
        else if (Chance(50))
        {
            request.Headers.TryAddWithoutValidation("Authorization", Chance(50) ? "Bearer" : $"Basic {new string('A', _random.Next(2000))}");
        }

        Decorate(request);
        if (request.Method.Method is "POST" or "PUT" or "PATCH" or "FROB" or "DELETE")
        {
            request.Content = Body();
        }

        return request;
    }

    private string Segment() => _random.Next(4) switch
    {
        0 => run.ToString(),
        1 => _random.NextInt64().ToString(CultureInfo.InvariantCulture),
        2 => Uri.EscapeDataString(Pick(Values)),
        _ => Uri.EscapeDataString(Noise(_random.Next(1, 80))),
    };

    private string Query()
    {
        var pairs = Enumerable.Range(0, _random.Next(4)).Select(_ =>
            $"{Pick("after", "limit", "before", "dataset", "name", "named", "all", "id", "%00", "")}"
            + $"={Uri.EscapeDataString(Chance(80) ? Pick(Values) : Noise(30))}");
        return string.Join('&', pairs) is { Length: > 0 } text ? "?" + text : "";
    }

    private void Decorate(HttpRequestMessage request)
    {
        var name = Pick(
            "Range", "If-None-Match", "If-Range", "Accept", "Expect", "Cookie", "X-Forwarded-For", "X-HTTP-Method-Override", "If-Modified-Since", "Upgrade");
        if (Chance(40) && name != "Expect")
        {
            request.Headers.TryAddWithoutValidation(
                name, Pick("bytes=9-1", "bytes=-99999999999", "*/*;q=x", "\"", "W/\"x\"", "100-continue", new string('h', 4000), "a,,b", "websocket"));
        }
    }

    private ByteArrayContent Body()
    {
        var bytes = _random.Next(10) switch
        {
            < 7 => Encoding.UTF8.GetBytes(Pick(Json)),
            7 => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Pick("[", "{\"a\":", "\"", "- ", "\n"), _random.Next(1, 9000)))),
            8 => Bytes(_random.Next(2000)),
            _ => new byte[_random.Next(60_000, 80_000)],
        };
        var content = new ByteArrayContent(bytes);
        content.Headers.TryAddWithoutValidation(
            "Content-Type",
            Chance(80)
                ? "application/json"
                : Pick("text/plain", "application/xml", "application/json; charset=utf-7", "multipart/form-data; boundary=", ";", "application/octet-stream"));
        if (Chance(5))
        {
            content.Headers.TryAddWithoutValidation("Content-Encoding", "gzip");
        }

        return content;
    }

    private string Noise(int length) => new([.. Enumerable.Range(0, length).Select(_ => (char)_random.Next(1, 0x2FF))]);

    private byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    private bool Chance(int percent) => _random.Next(100) < percent;

    private T Pick<T>(params T[] from) => from[_random.Next(from.Length)];
}

using System.Collections.Concurrent;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ZiGong.Testing;

/// <summary>A span as it came over the wire.</summary>
/// <param name="Parent">Empty for a span that has none.</param>
/// <param name="Start">Nanoseconds since 1970.</param>
/// <param name="Exceptions">Attributes of each exception that was recorded.</param>
/// <param name="Links">Trace ids of the spans it points at.</param>
public sealed record ReceivedSpan(
    string Service, string Source, string Trace, string Id, string Parent, string Name, ulong Start, ulong End, IReadOnlyDictionary<string, string> Tags,
    IReadOnlyList<IReadOnlyDictionary<string, string>> Exceptions, IReadOnlyList<string> Links)
{
    public string Tag(string name) => Tags.GetValueOrDefault(name, "");
}

/// <summary>A collector: takes OTLP over HTTP on a free port of this machine, and reads what it needs of the protobuf.</summary>
public sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;

    private OtlpCollector(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single();

    public ConcurrentQueue<ReceivedSpan> Spans { get; } = [];

    /// <summary>All that came of spans, with whatever is not read here.</summary>
    public ConcurrentQueue<byte[]> Traces { get; } = [];

    /// <summary>Metric and attributes, as <c>name{key=value}</c>.</summary>
    public ConcurrentDictionary<string, bool> Metrics { get; } = [];

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var collector = new OtlpCollector(app);
        app.MapPost("/v1/traces", request => collector.TakeAsync(request, collector.ReadTraces));
        app.MapPost("/v1/metrics", request => collector.TakeAsync(request, collector.ReadMetrics));
        await app.StartAsync();
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task TakeAsync(HttpContext context, Action<byte[]> read)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        read(body.ToArray());
        context.Response.ContentType = "application/x-protobuf";
    }

    private void ReadTraces(byte[] request)
    {
        Traces.Enqueue(request);
        foreach (var resource in Fields(request, 1).Select(f => f.ToByteArray()))
        {
            var service = Attributes(Fields(resource, 1).SelectMany(r => Fields(r.ToByteArray(), 1))).GetValueOrDefault("service.name", "");
            foreach (var scope in Fields(resource, 2).Select(f => f.ToByteArray()))
            {
                var source = Text(Fields(scope, 1).Single().ToByteArray(), 1);
                foreach (var span in Fields(scope, 2).Select(f => f.ToByteArray()))
                {
                    Spans.Enqueue(new ReceivedSpan(
                        service, source, Hex(span, 1), Hex(span, 2), Hex(span, 4), Text(span, 5), Time(span, 7), Time(span, 8), Attributes(Fields(span, 9)),
                        [.. Fields(span, 11).Select(e => e.ToByteArray()).Where(e => Text(e, 2) == "exception").Select(e => Attributes(Fields(e, 3)))],
                        [.. Fields(span, 13).Select(l => Hex(l.ToByteArray(), 1))]));
                }
            }
        }
    }

    private void ReadMetrics(byte[] request)
    {
        foreach (var metric in Fields(request, 1).SelectMany(r => Fields(r.ToByteArray(), 2)).SelectMany(s => Fields(s.ToByteArray(), 2))
            .Select(m => m.ToByteArray()))
        {
            // Gauge and sum keep a point's attributes in field 7, a histogram in field 9.
            (int Kind, int Tags)[] kinds = [(5, 7), (7, 7), (9, 9)];
            foreach (var tags in kinds.SelectMany(
                k => Fields(metric, k.Kind).SelectMany(d => Fields(d.ToByteArray(), 1)).Select(p => Attributes(Fields(p.ToByteArray(), k.Tags)))))
            {
                Metrics[$"{Text(metric, 1)}{{{string.Join(',', tags.OrderBy(t => t.Key, StringComparer.Ordinal).Select(t => $"{t.Key}={t.Value}"))}}}"] = true;
            }
        }
    }

    private static string Text(byte[] message, int field) => Fields(message, field).Select(f => f.ToStringUtf8()).SingleOrDefault("");

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Fields(message, field).Select(f => f.ToByteArray()).SingleOrDefault([]));

    private static ulong Time(byte[] message, int field)
    {
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field)
            {
                return input.ReadFixed64();
            }

            input.SkipLastField();
        }

        return 0;
    }

    /// <summary>Texts and whole numbers.</summary>
    private static Dictionary<string, string> Attributes(IEnumerable<ByteString> pairs) =>
        pairs.Select(p => p.ToByteArray()).ToDictionary(p => Text(p, 1), p => Value(Fields(p, 2).Single().ToByteArray()), StringComparer.Ordinal);

    private static string Value(byte[] any)
    {
        var input = new CodedInputStream(any);
        return WireFormat.GetTagFieldNumber(input.ReadTag()) switch
        {
            1 => input.ReadString(),
            3 => $"{input.ReadInt64()}",
            _ => "",
        };
    }

    /// <summary>The contents of a length-delimited field, however often it stands in a message.</summary>
    private static List<ByteString> Fields(byte[] message, int field)
    {
        var found = new List<ByteString>();
        var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagFieldNumber(tag) == field && WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
            {
                found.Add(input.ReadBytes());
            }
            else
            {
                input.SkipLastField();
            }
        }

        return found;
    }
}

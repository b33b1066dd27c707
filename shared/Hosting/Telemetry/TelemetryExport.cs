using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ZiGong.Hosting.Telemetry;

/// <summary>
/// Sends spans and figures to a collector over OTLP, if one is named: by <see cref="PipelineOptions.Telemetry"/>, or by OpenTelemetry's own
/// variables (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c> …). Sending happens beside the work; a collector that is away loses what it was to get.
/// </summary>
internal sealed class TelemetryExport(PipelineOptions options) : IHostedService, IDisposable
{
    private static readonly string[] Sources = [PipelineTelemetry.Name, "MassTransit", "Npgsql"];

    private static readonly string[] Variables =
        ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    private static readonly TimeSpan LongestGoodbye = TimeSpan.FromSeconds(3);
    private TracerProvider? _traces;
    private MeterProvider? _metrics;

    /// <summary>Whether a collector is named.</summary>
    public static bool IsOn(PipelineOptions options) =>
        !string.Equals(Variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
        && (options.Telemetry.Length > 0 || Variables.Any(v => Variable(v).Length > 0));

    public Task StartAsync(CancellationToken cancellationToken)
    {
        var resource = ResourceBuilder.CreateDefault().AddTelemetrySdk();
        if (Variable("OTEL_SERVICE_NAME").Length == 0)
        {
            resource.AddService(AppDomain.CurrentDomain.FriendlyName, PipelineTelemetry.Name, Product.Version, false, $"{Environment.MachineName}/{Environment.ProcessId}");
        }

        _traces = Sdk.CreateTracerProviderBuilder()
            .SetResourceBuilder(resource)
            .AddSource(Sources)
            .SetSampler(new ParentBasedSampler(new OrphanlessSampler()))
            .AddProcessor(new ExceptionTexts())
            .AddOtlpExporter(o => Direct(o, "v1/traces"))
            .Build();
        _metrics = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(resource)
            .AddMeter(PipelineTelemetry.Name)
            .AddOtlpExporter((o, _) => Direct(o, "v1/metrics"))
            .Build();
        return Task.CompletedTask;
    }

    /// <summary>What is still here goes out, if the collector takes it soon.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        var patience = (int)LongestGoodbye.TotalMilliseconds;
        var goodbye = Task.WhenAll(
            Task.Run(() => _traces?.Shutdown(patience), CancellationToken.None), Task.Run(() => _metrics?.Shutdown(patience), CancellationToken.None));
        await Task.WhenAny(goodbye, Task.Delay(LongestGoodbye, TimeProvider.System, CancellationToken.None));
    }

    public void Dispose()
    {
        _traces?.Dispose();
        _metrics?.Dispose();
    }

    /// <summary>An address of the options speaks OTLP over HTTP; one of the variables what <c>OTEL_EXPORTER_OTLP_PROTOCOL</c> says.</summary>
    private void Direct(OtlpExporterOptions exporter, string path)
    {
        if (options.Telemetry.Length > 0)
        {
            exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
            exporter.Endpoint = new Uri($"{options.Telemetry.TrimEnd('/')}/{path}");
        }
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";

    /// <summary>All of a run; but not the database calls of sweeps, heartbeats and health checks, which belong to nothing and come for ever.</summary>
    private sealed class OrphanlessSampler : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            new(samplingParameters.Kind == System.Diagnostics.ActivityKind.Client ? SamplingDecision.Drop : SamplingDecision.RecordAndSample);
    }
}

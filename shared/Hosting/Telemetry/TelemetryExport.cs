using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace ZiGong.Hosting.Telemetry;

/// <summary>
/// Sends spans and figures to a collector over OTLP, if one is named: by <see cref="PipelineOptions.Telemetry"/>, or by OpenTelemetry's own
/// variables (<c>OTEL_EXPORTER_OTLP_ENDPOINT</c> …). Sending happens beside the work; a collector that is away loses what it was to get.
/// </summary>
internal static class TelemetryExport
{
    private static readonly string[] Sources = [PipelineTelemetry.Name, "MassTransit", "Npgsql"];

    private static readonly string[] Variables =
        ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"];

    /// <summary>Whether a collector is named.</summary>
    public static bool IsOn(PipelineOptions options) =>
        !string.Equals(Variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase)
        && (options.Telemetry.Length > 0 || Variables.Any(v => Variable(v).Length > 0));

    /// <summary>Before all other services of a host, so that it hears all and ends last.</summary>
    public static void Add(IServiceCollection services, PipelineOptions options)
    {
        services.AddOpenTelemetry()
            .ConfigureResource(Name)
            .WithTracing(traces => traces
                .AddSource(Sources)
                .SetSampler(new ParentBasedSampler(new OrphanlessSampler()))
                .AddProcessor(new ExceptionTexts())
                .AddOtlpExporter(o => Direct(o, options, "v1/traces")))
            .WithMetrics(metrics => metrics
                .AddMeter(PipelineTelemetry.Name)
                .AddOtlpExporter((o, _) => Direct(o, options, "v1/metrics")));
        services.AddHostedService<Goodbye>();
    }

    private static void Name(ResourceBuilder resource)
    {
        if (Variable("OTEL_SERVICE_NAME").Length == 0)
        {
            resource.AddService(
                AppDomain.CurrentDomain.FriendlyName, PipelineTelemetry.Name, Product.Version, false, $"{Environment.MachineName}/{Environment.ProcessId}");
        }
    }

    /// <summary>An address of the options speaks OTLP over HTTP; one of the variables what <c>OTEL_EXPORTER_OTLP_PROTOCOL</c> says.</summary>
    private static void Direct(OtlpExporterOptions exporter, PipelineOptions options, string path)
    {
        if (options.Telemetry.Length > 0)
        {
            exporter.Protocol = OtlpExportProtocol.HttpProtobuf;
            exporter.Endpoint = new Uri($"{options.Telemetry.TrimEnd('/')}/{path}");
        }
    }

    private static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? "";

    /// <summary>What is still here goes out, if the collector takes it soon: the package would wait for longer, one after the other.</summary>
    private sealed class Goodbye(TracerProvider traces, MeterProvider metrics) : IHostedService
    {
        private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);

        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public async Task StopAsync(CancellationToken cancellationToken)
        {
            var patience = (int)Longest.TotalMilliseconds;
            var goodbye = Task.WhenAll(
                Task.Run(() => traces.Shutdown(patience), CancellationToken.None), Task.Run(() => metrics.Shutdown(patience), CancellationToken.None));
            await Task.WhenAny(goodbye, Task.Delay(Longest, TimeProvider.System, CancellationToken.None));
        }
    }

    /// <summary>All of a run; but not the database calls of sweeps, heartbeats and health checks, which belong to nothing and come for ever.</summary>
    private sealed class OrphanlessSampler : Sampler
    {
        public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
            new(samplingParameters.Kind == System.Diagnostics.ActivityKind.Client ? SamplingDecision.Drop : SamplingDecision.RecordAndSample);
    }
}

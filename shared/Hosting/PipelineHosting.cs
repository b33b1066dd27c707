using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ZiGong.Contracts;
using ZiGong.Hosting.Faults;
using ZiGong.Hosting.Telemetry;
using ZiGong.Storage;

namespace ZiGong.Hosting;

/// <summary>What a service adds itself to: its own services, and its consumers on the bus.</summary>
public sealed class PipelineBuilder(IServiceCollection services, IBusRegistrationConfigurator bus, PipelineOptions options)
{
    public IServiceCollection Services { get; } = services;

    public PipelineOptions Options { get; } = options;

    /// <summary>Adds a consumer whose queue hands out at most <paramref name="concurrency"/> messages at a time.</summary>
    public void AddConsumer<TConsumer>(int concurrency)
        where TConsumer : class, IConsumer =>
        bus.AddConsumer<TConsumer>().Endpoint(e =>
        {
            e.ConcurrentMessageLimit = concurrency;
            e.PrefetchCount = concurrency;
        });
}

/// <summary>Bus, database and artifacts: the same for every service, in one process or many.</summary>
public static class PipelineHosting
{
    public static IServiceCollection AddPipeline(this IServiceCollection services, PipelineOptions options, Action<PipelineBuilder> configure)
    {
        options.Checked();
        services.AddSingleton(options);
        if (TelemetryExport.IsOn(options))
        {
            TelemetryExport.Add(services, options);
        }

        var faults = FaultPlan.Parse(options.Faults) is { } plan ? new FaultInjection(plan) : null;
        services.AddSingleton(faults?.Plan.ClockHours > 0 ? new JumpingClock(faults) : TimeProvider.System);
        if (faults is not null)
        {
            services.AddSingleton(faults);
        }

        services.AddSingleton(_ => PipelineDatabase.Open(options.Database));
        services.AddSingleton(_ => new ArtifactStore(options.Artifacts));
        services.AddHostedService<MigrationsAtStart>();
        services.Configure<MassTransitHostOptions>(o => o.WaitUntilStarted = true);
        services.AddMassTransit(bus =>
        {
            // Who runs what here is nobody else's business.
            bus.DisableUsageTelemetry();
            bus.SetKebabCaseEndpointNameFormatter();
            DeadLetterFilter.AddTo(bus);
            configure(new PipelineBuilder(services, bus, options));
            if (options.Transport == "memory")
            {
                bus.UsingInMemory((context, transport) =>
                {
                    Configure(context, transport, faults);
                });
            }
            else
            {
                bus.AddConfigureEndpointsCallback((_, endpoint) => (endpoint as IRabbitMqReceiveEndpointConfigurator)?.SetQuorumQueue());
                bus.UsingRabbitMq((context, transport) =>
                {
                    transport.HostOf(options);
                    Configure(context, transport, faults);
                });
            }
        });
        return services;
    }

    /// <summary>One service as a process of its own; its whole <c>Program.cs</c>. With <see cref="PipelineOptions.Http"/> it answers there.</summary>
    /// <param name="map">Adds the service's own routes to those of its health.</param>
    /// <returns>0 after a stop that was asked for, 2 for a configuration that cannot be used.</returns>
    public static async Task<int> RunServiceAsync(string[] args, Action<PipelineBuilder> configure, Action<WebApplication>? map = null)
    {
        try
        {
            var builder = WebApplication.CreateSlimBuilder(args);
            var options = (builder.Configuration.GetSection(PipelineOptions.Section).Get<PipelineOptions>() ?? new PipelineOptions()).WithSecrets();
            builder.Services.AddPipeline(options, configure);
            builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(30));
            builder.Logging.AddServiceLog();
            builder.Services.AddServiceHealth();
            builder.WebHost.UseUrls(options.Http);
            builder.WebHost.UseKestrelHttpsConfiguration();
            await using var app = builder.Build();
            app.MapServiceHealth();
            map?.Invoke(app);
            await app.RunAsync();
            return 0;
        }
        catch (InputException e)
        {
            await System.Console.Error.WriteLineAsync(e.Message);
            return 2;
        }
    }

    private static void Configure<T>(IBusRegistrationContext context, IBusFactoryConfigurator<T> transport, FaultInjection? faults)
        where T : IReceiveEndpointConfigurator
    {
        // Only outages get this far: the stage runner deals with everything else. What outlasts the retries is found by the sweeper.
        // A command that took all the time it may have is not tried again here: the broker would take the message away before the last try ends.
        transport.UseMessageRetry(r =>
        {
            r.Ignore<Exception>(Outage.IsSlowCommand);
            r.Exponential(6, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(300));
        });
        if (faults is not null)
        {
            transport.UseConsumeFilter(typeof(FaultyDelivery<>), context);
        }

        transport.ConfigureEndpoints(context);
    }
}

/// <summary>Brings the schema up to date before any message is taken.</summary>
internal sealed class MigrationsAtStart(Npgsql.NpgsqlDataSource source) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => PipelineDatabase.MigrateAsync(source, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

using System.Diagnostics;
using System.Security.Authentication;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Npgsql;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Pipeline;
using ZiGong.Storage;
using ZiGong.Testing;

namespace ZiGong.SystemTests;

/// <summary>Broker, database and API with certificates of an authority that no system knows.</summary>
public sealed class TlsTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);
    private readonly TestAuthority _authority = new("the lender's own");
    private readonly TestAuthority _other = new("somebody else's");

    public void Dispose()
    {
        _authority.Dispose();
        _other.Dispose();
    }

    [Fact]
    public async Task The_bus_speaks_tls_with_a_broker_that_its_authority_vouches_for_and_with_no_other()
    {
        using var broker = LocalServer.StartRabbitMq("--tls", _authority.Folder);
        broker.Address.ShouldStartWith("amqps://");
        await using var lab = await Lab.NewAsync();
        lab.Options.Transport = "rabbitmq";
        lab.Options.Broker = broker.Address;
        lab.Options.BrokerCa = _authority.CaFile;
        var heard = new TaskCompletionSource<CombineScores>(TaskCreationOptions.RunContinuationsAsynchronously);
        var order = new CombineScores(Guid.CreateVersion7(), 3);

        using (var host = HostOf(lab, heard))
        {
            await host.StartAsync().WaitAsync(Deadline);
            await host.Services.GetRequiredService<IBus>().PublishAsync(order, default);
            (await heard.Task.WaitAsync(Deadline)).ShouldBe(order);
            await host.StopAsync();
        }

        (await RefusedAsync(broker.Address, _other.CaFile)).ShouldBeTrue("a stranger vouches for it");
        (await RefusedAsync(broker.Address.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), _authority.CaFile))
            .ShouldBeTrue("the certificate is for another name");
        (await RefusedAsync(broker.Address, _authority.CaFile)).ShouldBeFalse();

        // The bus as it is configured: with the wrong authority it goes on trying and never gets there.
        lab.Options.BrokerCa = _other.CaFile;
        using var wary = HostOf(lab, new TaskCompletionSource<CombineScores>());
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(6));
        await Should.ThrowAsync<Exception>(() => wary.StartAsync(patience.Token).WaitAsync(Deadline));
        wary.Services.GetRequiredService<IBusControl>().CheckHealth().Status.ShouldNotBe(BusHealthStatus.Healthy);
    }

    [Fact]
    public async Task The_database_is_reached_with_full_verification_and_not_past_a_wrong_certificate()
    {
        using var server = LocalServer.StartPostgres("--tls", _authority.Folder);
        server.Address.ShouldContain("VerifyFull");
        await using (var source = PipelineDatabase.Open($"{server.Address};Root Certificate={_authority.CaFile}"))
        {
            await PipelineDatabase.MigrateAsync(source, default);
            await using var ask = source.CreateCommand("select ssl from pg_stat_ssl where pid = pg_backend_pid()");
            (await ask.ExecuteScalarAsync()).ShouldBe(true);
        }

        await RefusedAsync<AuthenticationException>($"{server.Address};Root Certificate={_other.CaFile}");
        await RefusedAsync<AuthenticationException>(
            $"{server.Address.Replace("Host=localhost", "Host=127.0.0.1", StringComparison.Ordinal)};Root Certificate={_authority.CaFile}");
        await RefusedAsync<PostgresException>(server.Address.Replace("VerifyFull", "Disable", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_api_answers_over_https_and_the_command_line_believes_the_authority_it_is_given_alone()
    {
        await using var lab = await Lab.NewAsync();
        var url = $"https://localhost:{TestAuthority.FreePort()}";
        using var control = Start(
            lab, "Control", url, ("Kestrel__Certificates__Default__Path", _authority.CertificateFile),
            ("Kestrel__Certificates__Default__KeyPath", _authority.KeyFile));
        try
        {
            await lab.UntilAsync(
                _ =>
                    Task.FromResult(
                        Cli(lab, url, _authority.CaFile, "runs").ExitCode == 0 ? ""
                            : control.HasExited ? throw new InvalidOperationException("Control ended")
                            : null),
                "the API");

            var stranger = Cli(lab, url, _other.CaFile, "runs");
            stranger.ExitCode.ShouldBe(1, stranger.Errors);
            stranger.Errors.ShouldContain("certificate");
            Cli(lab, url, "", "runs").Errors.ShouldContain("certificate", Case.Sensitive, "the system does not know the authority");
            Cli(lab, url.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), _authority.CaFile, "runs").ExitCode
                .ShouldBe(1, "the certificate is for another name");
            var missing = Cli(lab, url, "nowhere.pem", "runs");
            (missing.ExitCode, missing.Errors.Contains("--server-ca names nowhere.pem", StringComparison.Ordinal)).ShouldBe((2, true));
        }
        finally
        {
            control.Kill();
        }
    }

    [Fact]
    public async Task Control_does_not_start_on_an_address_beyond_this_machine_without_tls()
    {
        await using var lab = await Lab.NewAsync();
        using var control = Start(lab, "Control", $"http://0.0.0.0:{TestAuthority.FreePort()}");
        var errors = control.StandardError.ReadToEndAsync();
        await control.WaitForExitAsync().WaitAsync(Deadline);
        control.ExitCode.ShouldBe(2);
        (await errors).ShouldContain("without TLS");
    }

    private static IHost HostOf(Lab lab, TaskCompletionSource<CombineScores> heard)
    {
        LogContext.Current = null;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton(heard);
        builder.Services.AddPipeline(lab.Options, pipeline => pipeline.AddConsumer<Listener>(1));
        return builder.Build();
    }

    private static async Task<bool> RefusedAsync(string address, string caFile)
    {
        var factory = new ConnectionFactory { Uri = new Uri(address) };
        factory.Ssl.ServerName = factory.Uri.Host;
        factory.Ssl.CertificateValidationCallback = TrustedAuthorities.Read(caFile, "the test").Validate;
        try
        {
            await using var connection = await factory.CreateConnectionAsync();
            return false;
        }
        catch (BrokerUnreachableException e) when (Causes(e).OfType<AuthenticationException>().Any())
        {
            return true;
        }
    }

    private static async Task RefusedAsync<TCause>(string database)
        where TCause : Exception
    {
        await using var source = PipelineDatabase.Open(database);
        var refused = await Should.ThrowAsync<NpgsqlException>(() => source.OpenConnectionAsync().AsTask());
        Causes(refused).OfType<TCause>().ShouldNotBeEmpty(refused.ToString());
    }

    private static IEnumerable<Exception> Causes(Exception e) => new[] { e }.Concat(
        e is AggregateException many ? many.InnerExceptions.SelectMany(Causes) : e.InnerException is { } inner ? Causes(inner) : []);

    private static ProgramResult Cli(Lab lab, string url, string caFile, params string[] words) => Shell.Try(
        "dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "ZiGong.AllInOne.dll"), .. words, $"--server={url}",
            .. caFile.Length > 0 ? ["--server-ca", caFile] : Array.Empty<string>()],
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ZIGONG_HOME"] = lab.Folder,
            ["ZIGONG_TOKEN"] = File.Exists(TokensOf(lab) + ".operator") ? File.ReadAllText(TokensOf(lab) + ".operator").Trim() : "none-yet",
        },
        lab.Folder);

    private static string TokensOf(Lab lab) => Path.Combine(lab.Folder, "tokens");

    private static Process Start(Lab lab, string service, string url, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, $"ZiGong.{service}.dll")])
        {
            UseShellExecute = false, RedirectStandardError = true, WorkingDirectory = lab.Folder,
        };
        (string Name, string Value)[] own =
            [
                ("Pipeline__Database", lab.Options.Database), ("Pipeline__Artifacts", lab.Options.Artifacts), ("Pipeline__TokenFile", TokensOf(lab)),
                ("Pipeline__Http", url)];
        foreach (var (name, value) in own.Concat(settings))
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    private sealed class Listener(TaskCompletionSource<CombineScores> heard) : IConsumer<CombineScores>
    {
        public Task Consume(ConsumeContext<CombineScores> context)
        {
            heard.TrySetResult(context.Message);
            return Task.CompletedTask;
        }
    }
}

using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Shouldly;
using Xunit;
using YamlDotNet.Core;
using YamlDotNet.Serialization;
using ZiGong.Cli.Local;
using ZiGong.Testing;

namespace ZiGong.UnitTests.Infra;

/// <summary>What can be known of the containers without an engine that runs them.</summary>
public sealed class ComposeFileTests
{
    private static readonly string File = Path.Combine(Checkout.Root, "docker-compose.yml");
    private static readonly string Rabbit = Path.Combine(Checkout.Root, "infra", "rabbitmq");
    private static readonly Dictionary<object, object> Compose = Read();

    public static TheoryData<string> Containers => [.. Section("services").Keys.Cast<string>()];

    [Fact]
    public void Every_service_of_the_pipeline_has_its_container()
    {
        var expected = ServiceWorker.Services.Select(name => $"ZiGong.{name}.dll");
        Section("services").Values.Cast<Dictionary<object, object>>().Where(s => s.ContainsKey("command")).SelectMany(s => (List<object>)s["command"])
            .ShouldBe(expected, ignoreOrder: true);
    }

    [Theory]
    [MemberData(nameof(Containers))]
    public void A_container_is_watched_limited_and_started_again(string name)
    {
        var service = Service(name);
        ((List<object>)In(service, "healthcheck")["test"])[0].ShouldBe("CMD");
        var limits = In(In(In(service, "deploy"), "resources"), "limits");
        ((string)limits["memory"]).ShouldMatch("^[1-9][0-9]*[GM]$");
        ((string)limits["cpus"]).ShouldMatch("^[0-9.]+$");
        service["restart"].ShouldBe("unless-stopped");
    }

    [Theory]
    [MemberData(nameof(Containers))]
    public void No_secret_stands_in_the_file_and_every_secret_that_is_named_is_a_file(string name)
    {
        var service = Service(name);
        foreach (var (key, value) in In(service, "environment").Select(p => ((string)p.Key, (string)p.Value)))
        {
            if (key.Contains("pass", StringComparison.OrdinalIgnoreCase) || key.EndsWith("Broker", StringComparison.Ordinal)
                || key.EndsWith("Database", StringComparison.Ordinal))
            {
                value.ShouldStartWith("/run/secrets/", Case.Sensitive, key);
            }

            value.ShouldNotContain("password=", Case.Insensitive);
            value.ShouldNotContain("://zigong:");
            if (value.StartsWith("/run/secrets/", StringComparison.Ordinal))
            {
                ((List<object>)service["secrets"]).ShouldContain(value["/run/secrets/".Length..], key);
            }
        }

        foreach (var secret in service.TryGetValue("secrets", out var named) ? ((List<object>)named).Cast<string>() : [])
        {
            ((string)In(Section("secrets"), secret)["file"]).ShouldStartWith("./secrets/");
        }
    }

    [Fact]
    public void Servers_are_healthy_before_services_start()
    {
        foreach (var service in Section("services").Values.Cast<Dictionary<object, object>>().Where(s => s.ContainsKey("command")))
        {
            In(service, "depends_on").Select(d => $"{d.Key} {((Dictionary<object, object>)d.Value)["condition"]}")
                .ShouldBe(["postgres service_healthy", "rabbitmq service_healthy"]);
        }
    }

    [Fact]
    public void The_broker_starts_with_the_versioned_topology()
    {
        var broker = Service("rabbitmq");
        ((List<object>)broker["volumes"]).ShouldContain("./infra/rabbitmq:/zigong:ro");
        ((List<object>)broker["entrypoint"]).ShouldBe(["bash", "/zigong/start.sh"]);
        var start = System.IO.File.ReadAllText(Path.Combine(Rabbit, "start.sh"));
        start.ShouldContain("load_definitions = ");
        foreach (var secret in ((List<object>)broker["secrets"]).Cast<string>())
        {
            start.ShouldContain($"/run/secrets/{secret}");
        }
    }

    [Fact]
    public void The_secrets_are_made_once_and_the_broker_knows_their_passwords()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"zigong-{Guid.CreateVersion7():N}");
        try
        {
            Shell.Run(Path.Combine(Checkout.Root, "infra", "secrets.sh"), [folder]);
            var made = Directory.GetFiles(folder).ToDictionary(f => $"./secrets/{Path.GetFileName(f)}", System.IO.File.ReadAllText, StringComparer.Ordinal);
            made.Keys.ShouldBe(Section("secrets").Values.Select(s => (string)((Dictionary<object, object>)s)["file"]), ignoreOrder: true);
            Shell.Run(Path.Combine(Checkout.Root, "infra", "secrets.sh"), [folder]);
            Directory.GetFiles(folder).ToDictionary(f => $"./secrets/{Path.GetFileName(f)}", System.IO.File.ReadAllText, StringComparer.Ordinal).ShouldBe(made);
            System.IO.File.GetUnixFileMode(folder).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);

            var definitions = JsonSerializer.Deserialize<JsonElement>(
                Shell.Run(Path.Combine(Rabbit, "definitions.sh"), [Path.Combine(folder, "rabbitmq_password"), Path.Combine(folder, "subscriber_password")]));
            var users = definitions.GetProperty("users").EnumerateArray().ToDictionary(
                u => u.GetProperty("name").GetString()!, u => u.GetProperty("password_hash").GetString()!);
            users.Keys.ShouldBe(["zigong", "subscriber"]);
            Opens(users["zigong"], made["./secrets/rabbitmq_password"]).ShouldBeTrue();
            Opens(users["subscriber"], made["./secrets/subscriber_password"]).ShouldBeTrue();
            Opens(users["subscriber"], made["./secrets/rabbitmq_password"]).ShouldBeFalse();
            definitions.GetProperty("permissions").EnumerateArray().Select(p => p.GetProperty("user").GetString()!).ShouldBe(users.Keys, ignoreOrder: true);
            made["./secrets/broker"].ShouldContain(made["./secrets/rabbitmq_password"]);
            made["./secrets/database"].ShouldContain(made["./secrets/postgres_password"]);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Passwords_of_servers_that_are_set_up_already_are_taken_over_and_never_replaced()
    {
        var folder = Directory.CreateTempSubdirectory("zigong-secrets-").FullName;
        try
        {
            var secrets = Path.Combine(folder, "secrets");
            var env = Path.Combine(folder, ".env");
            System.IO.File.WriteAllText(env, "OTHER=1\nZIGONG_POSTGRES_PASSWORD=\"of the volume\"\n");

            ProgramResult Make() => Shell.Try(Path.Combine(Checkout.Root, "infra", "secrets.sh"), [secrets, env]);
            string Secret(string name) => System.IO.File.ReadAllText(Path.Combine(secrets, name)).TrimEnd();

            var said = Make();

            said.ExitCode.ShouldBe(0, said.Errors);
            said.Errors.ShouldContain($"takes ZIGONG_POSTGRES_PASSWORD of {env}");
            said.Errors.ShouldContain($"added {secrets}/rabbitmq_password");
            Secret("postgres_password").ShouldBe("of the volume");
            Secret("database").ShouldEndWith("Password=of the volume");
            Secret("rabbitmq_password").Length.ShouldBe(48, "nothing knew one");

            // What was lost comes back as it was, from the address that is still there.
            var broker = Secret("rabbitmq_password");
            System.IO.File.Delete(Path.Combine(secrets, "rabbitmq_password"));
            Make().ExitCode.ShouldBe(0);
            Secret("rabbitmq_password").ShouldBe(broker);

            // Two that differ are for the operator to decide: nothing is written.
            System.IO.File.Delete(Path.Combine(secrets, "postgres_password"));
            System.IO.File.WriteAllText(Path.Combine(secrets, "postgres_password"), "another one");
            System.IO.File.Delete(Path.Combine(secrets, "subscriber_password"));
            said = Make();
            said.ExitCode.ShouldBe(1);
            said.Errors.ShouldContain($"{secrets}/database has another password than {secrets}/postgres_password");
            System.IO.File.Exists(Path.Combine(secrets, "subscriber_password")).ShouldBeFalse();
            Secret("postgres_password").ShouldBe("another one");

            // Made by an earlier version of the script, beside an .env that it did not look at.
            System.IO.File.Delete(Path.Combine(secrets, "database"));
            said = Make();
            said.ExitCode.ShouldBe(0, said.Errors);
            said.Errors.ShouldContain($"ZIGONG_POSTGRES_PASSWORD in {env} is another password than {secrets}/postgres_password, which counts");
            Secret("database").ShouldEndWith("Password=another one");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>As the broker checks it: salt, then SHA-256 of salt and password.</summary>
    private static bool Opens(string hash, string password)
    {
        var bytes = Convert.FromBase64String(hash);
        return SHA256.HashData([.. bytes[..4], .. Encoding.UTF8.GetBytes(password)]).AsSpan().SequenceEqual(bytes.AsSpan(4));
    }

    private static Dictionary<object, object> Service(string name) => In(Section("services"), name);

    private static Dictionary<object, object> Section(string name) => In(Compose, name);

    private static Dictionary<object, object> In(Dictionary<object, object> map, string name) =>
        map.TryGetValue(name, out var value) ? (Dictionary<object, object>)value : [];

    private static Dictionary<object, object> Read()
    {
        using var text = System.IO.File.OpenText(File);
        return new DeserializerBuilder().Build().Deserialize<Dictionary<object, object>>(new MergingParser(new Parser(text)));
    }
}

using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.UnitTests.Mistral;

namespace ZiGong.UnitTests.Hosting;

/// <summary>The ends of every range, addresses of every kind, and secrets from files.</summary>
public sealed class PipelineOptionRangeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(1, 1, true)]
    [InlineData(1024, 3600, true)]
    [InlineData(1025, 60, false)]
    [InlineData(1, 0.999, false)]
    [InlineData(1, 3600.1, false)]
    [InlineData(1, double.PositiveInfinity, false)]
    [InlineData(-1, 60, false)]
    public void Workers_and_leases_have_ends(int workers, double lease, bool holds) => Holds(o => o with { Workers = workers, LeaseSeconds = lease }, holds);

    [Theory]
    [InlineData(1, 0.1, true)]
    [InlineData(100, 3600, true)]
    [InlineData(101, 5, false)]
    [InlineData(1, 0.09, false)]
    [InlineData(1, double.NaN, false)]
    public void Attempts_and_sweeps_have_ends(int attempts, double sweep, bool holds) =>
        Holds(o => o with { MaximumAttempts = attempts, SweepSeconds = sweep }, holds);

    [Theory]
    [InlineData("cpu", true)]
    [InlineData("cuda", true)]
    [InlineData("cuda:0", true)]
    [InlineData("cuda:255", true)]
    [InlineData("cuda:256", false)]
    [InlineData("cuda:-1", false)]
    [InlineData("cuda:", false)]
    [InlineData("CPU", false)]
    [InlineData("gpu", false)]
    [InlineData("", false)]
    public void A_device_is_the_processor_or_a_numbered_GPU(string device, bool holds) => Holds(o => o with { Device = device }, holds);

    [Theory]
    [InlineData("amqp://user:word@host:5672/vhost", true)]
    [InlineData("amqps://user:word@host/vhost", true)]
    [InlineData("AMQP://host", true)]
    [InlineData("http://host", false)]
    [InlineData("/run/rabbitmq", false)]
    [InlineData("host:5672", false)]
    [InlineData("", false)]
    public void A_broker_has_an_AMQP_address(string broker, bool holds)
    {
        Holds(o => o with { Transport = "rabbitmq", Broker = broker }, holds, "Pipeline:Broker must be an amqp:// or amqps:// address");
        Holds(o => o with { Transport = "memory", Broker = broker }, holds: true);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("http://collector:4318", true)]
    [InlineData("https://collector", true)]
    [InlineData("collector:4318", false)]
    [InlineData("grpc://collector:4317", false)]
    public void Telemetry_goes_over_HTTP_or_nowhere(string address, bool holds) => Holds(o => o with { Telemetry = address }, holds, "Pipeline:Telemetry");

    [Fact]
    public void An_authority_for_the_broker_is_for_TLS_alone()
    {
        Holds(o => o with { Transport = "rabbitmq", Broker = "amqps://h", BrokerCa = "ca.pem" }, holds: true);
        Holds(o => o with { Transport = "rabbitmq", Broker = "amqp://h", BrokerCa = "ca.pem" }, holds: false, "Pipeline:BrokerCa");
    }

    [Fact]
    public void Secrets_come_from_their_files_without_the_line_break_of_an_editor()
    {
        File.WriteAllText(_folder.File("db"), "Host=x;Password=y\r\n");
        File.WriteAllText(_folder.File("broker"), "amqp://h\n");

        var options = new PipelineOptions { DatabaseFile = _folder.File("db"), BrokerFile = _folder.File("broker") }.WithSecrets();

        (options.Database, options.Broker).ShouldBe(("Host=x;Password=y", "amqp://h"));
        new PipelineOptions { Database = "Host=z" }.WithSecrets().Database.ShouldBe("Host=z");
    }

    [Fact]
    public void A_secret_given_twice_or_in_a_file_that_is_not_there_is_refused_by_name()
    {
        File.WriteAllText(_folder.File("db"), "Host=x");
        Should.Throw<InputException>(() => new PipelineOptions { Database = "Host=y", DatabaseFile = _folder.File("db") }.WithSecrets())
            .Message.ShouldBe("Pipeline:Database and Pipeline:DatabaseFile are both given: one of them is enough");
        Should.Throw<InputException>(() => new PipelineOptions { BrokerFile = _folder.File("none") }.WithSecrets()).Message
            .ShouldStartWith("Pipeline:BrokerFile names ");
    }

    [Fact]
    public void With_the_transport_in_memory_nobody_else_listens()
    {
        new PipelineOptions().OverBroker.ShouldBeFalse();
        new PipelineOptions { Transport = "rabbitmq" }.OverBroker.ShouldBeTrue();
    }

    private static void Holds(Func<PipelineOptions, PipelineOptions> change, bool holds, string complaint = "Pipeline:")
    {
        var options = change(new PipelineOptions { Database = "Host=x" });
        if (holds)
        {
            Should.NotThrow(() => options.Checked());
        }
        else
        {
            Should.Throw<InputException>(() => options.Checked()).Message.ShouldStartWith(complaint);
        }
    }
}

using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Hosting;
using ZiGong.Models;

namespace ZiGong.UnitTests.Hosting;

public sealed class PipelineOptionsTests
{
    [Fact]
    public void A_database_is_all_that_has_to_be_configured() => Should.NotThrow(() => new PipelineOptions { Database = "Host=x" }.Checked());

    [Theory]
    [InlineData("Database")]
    [InlineData("Transport")]
    [InlineData("Broker")]
    [InlineData("Workers")]
    [InlineData("Device")]
    [InlineData("LeaseSeconds")]
    [InlineData("MaximumAttempts")]
    [InlineData("SweepSeconds")]
    public void A_bad_value_stops_the_host_with_the_options_name(string option)
    {
        var options = new PipelineOptions { Database = "Host=x" };
        options = option switch
        {
            "Database" => options with { Database = "" },
            "Transport" => options with { Transport = "pigeon" },
            "Broker" => options with { Transport = "rabbitmq", Broker = "nowhere" },
            "Workers" => options with { Workers = 0 },
            "Device" => options with { Device = "cuda:all" },
            "LeaseSeconds" => options with { LeaseSeconds = double.NaN },
            "MaximumAttempts" => options with { MaximumAttempts = 0 },
            _ => options with { SweepSeconds = 0 },
        };
        Should.Throw<InputException>(() => options.Checked()).Message.ShouldStartWith($"Pipeline:{option} ");
    }

    [Theory]
    [InlineData("cpu", 0)]
    [InlineData("cuda", 1)]
    [InlineData("cuda:1", 2)]
    public void A_device_that_is_there_is_taken(string name, int devices) => ComputeDevice.Of(name, devices).ToString().ShouldBe(name);

    [Theory]
    [InlineData("cuda", 0, "no CUDA device")]
    [InlineData("cuda:2", 2, "devices cuda:0 to cuda:1 alone")]
    public void A_device_that_is_not_there_is_refused(string name, int devices, string seen) =>
        Should.Throw<InputException>(() => ComputeDevice.Of(name, devices)).Message.ShouldContain($"Pipeline:Device is {name}, but libtorch sees {seen}");
}

using System.Text;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Hosting;

namespace ZiGong.UnitTests.Hosting;

public sealed class MessageEnvelopeTests
{
    private const string Run = "11111111-2222-3333-4444-555555555555";

    [Fact]
    public void The_message_is_rebuilt_by_its_type()
    {
        var envelope = Read($$$"""
            {"messageId":"{{{Run}}}","messageType":["urn:message:ZiGong.Contracts:ExtractShard","urn:message:ZiGong.Contracts:IRunMessage"],
             "message":{"runId":"{{{Run}}}","generation":3,"checkpoint":"c","shard":"s","unit":"c/s"}}
            """);
        envelope.Message.ShouldBe(new ExtractShard(new Guid(Run), 3, "c", "s"));
        (envelope.Type, envelope.RunId, envelope.MessageId).ShouldBe(("ExtractShard", new Guid(Run), new Guid(Run)));
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("\u0000\u00ff", "not JSON")]
    [InlineData("[1]", "not an envelope")]
    [InlineData("{}", "names no message type")]
    [InlineData("{\"messageType\":[]}", "names no message type")]
    [InlineData("{\"messageType\":[7]}", "names no message type")]
    [InlineData("{\"messageType\":[\"urn:message:System.Diagnostics:Process\"],\"message\":{}}", "no message type 'Process'")]
    [InlineData("{\"messageType\":[\"urn:message:ZiGong.Contracts:ExtractShard\"]}", "no message of a run")]
    [InlineData("{\"messageType\":[\"urn:message:ZiGong.Contracts:ExtractShard\"],\"message\":null}", "no message of a run")]
    [InlineData("{\"messageType\":[\"urn:message:ZiGong.Contracts:ExtractShard\"],\"message\":{\"runId\":\"" + Run + "\"}}", "no message of a run")]
    [InlineData("{\"messageType\":[\"urn:message:ZiGong.Contracts:ExtractShard\"],\"message\":{\"runId\":[],\"generation\":1}}", "not a ExtractShard")]
    public void What_cannot_be_read_says_why(string body, string fault)
    {
        var envelope = Read(body);
        envelope.Message.ShouldBeNull();
        envelope.Fault.ShouldContain(fault);
    }

    private static MessageEnvelope Read(string body) => MessageEnvelope.Read(Encoding.UTF8.GetBytes(body));
}

using System.Text;
using Shouldly;
using Xunit;
using ZiGong.Contracts;
using ZiGong.Hosting;

namespace ZiGong.UnitTests.Hosting;

/// <summary>Whatever stands in a queue is read as far as it goes and never a reason to throw: who throws here loses a dead letter.</summary>
public sealed class OddEnvelopeTests
{
    private const string Good =
        """{"messageId":"0199d0a2-77a1-7d11-b1f0-5b1b0f3f9d10","messageType":["urn:message:ZiGong.Contracts:ScoreShard"]"""
        + ""","message":{"runId":"0199d0a2-77a1-7d11-b1f0-5b1b0f3f9d11","generation":2,"checkpoint":"c","shard":"s"}}""";

    [Theory]
    [InlineData("""{"messageType":["\ud800"]}""")]
    [InlineData("""{"messageId":"\udfff","messageType":["ScoreShard"],"message":{"runId":"\ud800"}}""")]
    [InlineData(
        """{"messageType":["ScoreShard"],"message":{"runId":"0199d0a2-77a1-7d11-b1f0-5b1b0f3f9d11","generation":1,"checkpoint":"\ud800","shard":"s"}}""")]
    [InlineData("""{"messageType":["ScoreShard"],"message":[]}""")]
    [InlineData("""{"messageType":["ScoreShard"],"message":"text"}""")]
    [InlineData("""{"messageType":[["ScoreShard"]]}""")]
    [InlineData("""{"messageType":[]}""")]
    [InlineData("""{"messageType":{},"message":null,"messageId":7}""")]
    [InlineData("\"\"")]
    [InlineData("\u0000")]
    public void What_is_no_message_says_why(string body)
    {
        var envelope = MessageEnvelope.Read(Encoding.UTF8.GetBytes(body));

        envelope.Message.ShouldBeNull();
        envelope.Fault.ShouldNotBeEmpty();
    }

    [Fact]
    public void Bytes_that_are_no_text_and_depths_without_end_are_no_message()
    {
        MessageEnvelope.Read(new byte[] { 0xFF, 0xFE, 0, 1 }).Fault.ShouldStartWith("not JSON");
        MessageEnvelope.Read(Encoding.UTF8.GetBytes(new string('[', 100_000))).Fault.ShouldStartWith("not JSON");
        MessageEnvelope.Read(ReadOnlyMemory<byte>.Empty).Fault.ShouldStartWith("not JSON");
    }

    [Fact]
    public void A_message_with_any_byte_changed_or_cut_off_anywhere_is_read_or_refused()
    {
        var whole = Encoding.UTF8.GetBytes(Good);
        MessageEnvelope.Read(whole).Message.ShouldBe(new ScoreShard(new Guid("0199d0a2-77a1-7d11-b1f0-5b1b0f3f9d11"), 2, "c", "s"));
        var random = new SeededRandom(1);
        for (var i = 0; i < whole.Length; i++)
        {
            var changed = whole.ToArray();
            changed[i] = (byte)random.NextInt(256);
            foreach (var body in new[] { changed, whole[..i] })
            {
                var envelope = MessageEnvelope.Read(body);
                (envelope.Message is null).ShouldBe(envelope.Fault.Length > 0, Encoding.Latin1.GetString(body));
            }
        }
    }
}

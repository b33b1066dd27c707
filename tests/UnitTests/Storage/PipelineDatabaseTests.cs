using Npgsql;
using Shouldly;
using Xunit;
using ZiGong.Storage;

namespace ZiGong.UnitTests.Storage;

/// <summary>What is made of a connection string before anything connects.</summary>
public sealed class PipelineDatabaseTests
{
    [Theory]
    [InlineData("Host=h", 300)]
    [InlineData("Host=h;Command Timeout=30", 300)]
    [InlineData("Host=h;Command Timeout=300", 300)]
    [InlineData("Host=h;Command Timeout=1200", 1200)]
    [InlineData("Host=h;Command Timeout=0", 0)]
    public void A_command_has_five_minutes_or_what_gives_it_longer(string connection, int seconds)
    {
        using var source = PipelineDatabase.Open(connection);

        new NpgsqlConnectionStringBuilder(source.ConnectionString).CommandTimeout.ShouldBe(seconds);
    }

    [Fact]
    public void Connections_say_whose_they_are_unless_they_are_told_otherwise()
    {
        string? NameOf(string connection)
        {
            using var source = PipelineDatabase.Open(connection);
            return new NpgsqlConnectionStringBuilder(source.ConnectionString).ApplicationName;
        }

        NameOf("Host=h").ShouldBe("zigong");
        NameOf("Host=h;Application Name=mine").ShouldBe("mine");
    }

    [Fact]
    public void Every_lock_has_a_number_of_its_own()
    {
        var locks = typeof(AdvisoryLocks).GetFields().Select(f => (long)f.GetRawConstantValue()!).ToList();

        locks.Count.ShouldBeGreaterThan(5);
        locks.Distinct().Count().ShouldBe(locks.Count, "two uses of one number would wait for each other");
    }
}

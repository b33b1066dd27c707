using Microsoft.EntityFrameworkCore;
using Xunit;
using ZiGong.AllInOne;
using ZiGong.Cli;
using ZiGong.Contracts;
using ZiGong.Storage.Entities;
using ZiGong.SystemTests.Torture;

namespace ZiGong.SystemTests;

/// <summary>Whoever asks for something while the broker is away gets his answer; the sweeper sends what follows from it.</summary>
public sealed class BrokerAwayTests
{
    [Fact]
    public async Task A_run_is_taken_in_while_the_broker_is_away_and_ordered_when_it_is_back()
    {
        await using var arena = await Arena.NewAsync();
        await using var host = await AllServices.StartAsync(arena.Lab.Options, default);
        arena.Services.Start("", [.. ServiceProcesses.Names.Where(n => n is not ("Control" or "Ingest")).Select(n => $"{n}=0")]);
        await arena.Services.ReadyAsync();

        arena.Broker.Kill();
        var run = await arena.Lab.RequestAsync(host, Lab.Small).WaitAsync(TimeSpan.FromMinutes(1));
        arena.Broker.Restart();

        await arena.Lab.UntilAsync(
            async db => await db.WorkUnits.AnyAsync(u => u.RunId == run && u.Stage == nameof(Stage.Snapshot) && u.State == UnitState.Done) ? "" : null,
            "the snapshot of a run that was asked for without a broker");
    }
}

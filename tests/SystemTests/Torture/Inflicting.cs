using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using RabbitMQ.Client;
using ZiGong.AllInOne;
using ZiGong.Cli;
using ZiGong.Contracts;

namespace ZiGong.SystemTests.Torture;

/// <summary>Does the damage, and where it would not heal by itself (a killed server) undoes it.</summary>
internal sealed class Inflicting(Arena arena, DiskOfItsOwn disk, SeededRandom random, Func<SeededRandom, string>? victim)
{
    /// <returns>False when there was nothing to damage, as a service that is just starting again.</returns>
    public async Task<bool> DoAsync(Fault fault, Guid run)
    {
        switch (fault)
        {
            case Fault.KillService:
                return await arena.Services.KillAsync(Victim());
            case Fault.StopPastLease:
                return await StopPastLeaseAsync();
            case Fault.KillBroker:
                arena.Broker.Kill();
                arena.Broker.Restart();
                return true;
            case Fault.WipeBroker:
                arena.Broker.Wipe();
                arena.Broker.Restart();
                return true;
            case Fault.KillDatabase:
                arena.Database.Kill();
                await Task.Delay(random.NextInt(1500));
                arena.Database.Restart();
                return true;
            case Fault.TruncateArtifact:
                return Damage(file => file.SetLength(file.Length / 2));
            case Fault.FlipArtifact:
                return Damage(FlipBit);
            case Fault.FillDisk:
                return await disk.FullForAsync(TimeSpan.FromSeconds(3));
            case Fault.PoisonMessage:
                return await PoisonAsync();
            default:
                return await OldGenerationAsync(run);
        }
    }

    private string Victim() => victim?.Invoke(random) ?? ServiceProcesses.Names[random.NextInt(ServiceProcesses.Names.Length)];

    private async Task<bool> StopPastLeaseAsync()
    {
        var name = Victim();
        if (!arena.Services.Signal(name, "STOP"))
        {
            return false;
        }

        await Task.Delay(TimeSpan.FromSeconds(arena.Lab.Options.LeaseSeconds + 1));
        arena.Services.Signal(name, "CONT");
        return true;
    }

    private bool Damage(Action<FileStream> harm)
    {
        var folder = Path.Combine(arena.Lab.Options.Artifacts, "files");
        var files = Directory.Exists(folder) ? Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray() : [];
        if (files.Length == 0)
        {
            return false;
        }

        var path = files[random.NextInt(files.Length)];
        File.SetAttributes(path, FileAttributes.Normal);
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        if (file.Length == 0)
        {
            return false;
        }

        harm(file);
        return true;
    }

    private void FlipBit(FileStream file)
    {
        file.Position = random.NextInt((int)file.Length);
        var value = file.ReadByte();
        file.Position--;
        file.WriteByte((byte)(value ^ (1 << random.NextInt(8))));
    }

    /// <summary>Bytes that no service can read, where it expects an order.</summary>
    private async Task<bool> PoisonAsync()
    {
        await using var connection = await new ConnectionFactory { Uri = arena.Broker.Uri }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var type = ((string[])[nameof(ScoreShard), nameof(ExtractShard), nameof(SamplesSelected)])[random.NextInt(3)];
        await channel.BasicPublishAsync($"{typeof(ScoreShard).Namespace}:{type}", "", Encoding.UTF8.GetBytes("{\"message\": 7, \"messageType\": ["));
        return true;
    }

    /// <summary>A late message from before the last replay: it must not move anything.</summary>
    private async Task<bool> OldGenerationAsync(Guid run)
    {
        await using var host = await AllServices.StartAsync(arena.Lab.Options, default);
        var bus = host.Services.GetRequiredService<IBus>();
        await bus.Publish(new RunRequested(run, 0));
        await bus.Publish(new CombineScores(run, 0));
        await bus.Publish(new TrainAgentSlice(run, 0, 0));
        return true;
    }
}

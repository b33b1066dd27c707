using Npgsql;

namespace ZiGong.Testing;

/// <summary>xunit fixture: one throw-away PostgreSQL server, with as many empty databases as its tests want.</summary>
public sealed class PostgresServer : IDisposable
{
    private readonly LocalServer _server;
    private int _databases;

    public PostgresServer()
        : this(LocalServer.StartPostgres())
    {
    }

    private PostgresServer(LocalServer server) => _server = server;

    /// <summary>What is committed is on the disk, as in production: for measurements.</summary>
    public static PostgresServer Durable() => new(LocalServer.StartDurablePostgres());

    public string Folder => _server.Folder;

    /// <summary>Creates an empty database; returns its connection string.</summary>
    public Task<string> NewDatabaseAsync() => CreateAsync("");

    /// <summary>Copies a database that nobody is connected to; returns the copy's connection string.</summary>
    public Task<string> CloneDatabaseAsync(string connectionString) =>
        CreateAsync($" template {new NpgsqlConnectionStringBuilder(connectionString).Database}");

    public void Kill() => _server.Kill();

    public void Restart() => _server.Restart();

    public void Dispose()
    {
        NpgsqlConnection.ClearAllPools();
        _server.Dispose();
    }

    private async Task<string> CreateAsync(string how)
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await using (var source = NpgsqlDataSource.Create(_server.Address))
        await using (var create = source.CreateCommand($"create database {name}{how}"))
        {
            await create.ExecuteNonQueryAsync();
        }

        return new NpgsqlConnectionStringBuilder(_server.Address) { Database = name }.ConnectionString;
    }
}

/// <summary>xunit fixture: one throw-away RabbitMQ broker.</summary>
public sealed class RabbitMqServer : IDisposable
{
    private readonly LocalServer _server = LocalServer.StartRabbitMq();

    public Uri Uri => new(_server.Address);

    /// <summary>With the rights of a subscriber: announcements and nothing else.</summary>
    public Uri SubscriberUri => new(File.ReadAllText(Path.Combine(_server.Folder, "subscriber.uri")).Trim());

    public void Kill() => _server.Kill();

    /// <summary>Kills it and removes all it knew: queues, messages, users.</summary>
    public void Wipe()
    {
        _server.Kill();
        Directory.Delete(Path.Combine(_server.Folder, "mnesia"), recursive: true);
        Shell.Run("install", ["-d", "-m", "700", .. OwnedByTheServer, Path.Combine(_server.Folder, "mnesia")]);
    }

    private static string[] OwnedByTheServer => Environment.UserName == "root" ? ["-o", "rabbitmq", "-g", "rabbitmq"] : [];

    public void Restart() => _server.Restart();

    /// <summary>Queues with their leaders and messages, for a failed test.</summary>
    public string Queues() => _server.Queues();

    public void Dispose() => _server.Dispose();
}

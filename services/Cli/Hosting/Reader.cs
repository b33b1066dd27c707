using Npgsql;
using ZiGong.Hosting;
using ZiGong.Storage;

namespace ZiGong.Cli.Hosting;

/// <summary>The database for commands that only look.</summary>
public sealed class Reader : IAsyncDisposable
{
    private Reader(NpgsqlDataSource source) => Source = source;

    public NpgsqlDataSource Source { get; }

    public PipelineDb NewContext() => PipelineDatabase.NewContext(Source);

    public static async Task<Reader> OpenAsync(PipelineOptions options, CancellationToken ct)
    {
        var source = PipelineDatabase.Open(options.Database);
        try
        {
            await PipelineDatabase.MigrateAsync(source, ct);
            return new Reader(source);
        }
        catch
        {
            await source.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => Source.DisposeAsync();
}

using Microsoft.Extensions.Configuration;
using ZiGong.Contracts;
using ZiGong.Hosting;

namespace ZiGong.Cli.Hosting;

/// <summary>Where the command line finds the rest: from <c>appsettings.json</c> beside the program and the environment.</summary>
public static class CliSettings
{
    /// <summary>Folder for what the command line keeps: the demo's data, the log.</summary>
    public static string Home => Environment.GetEnvironmentVariable("ZIGONG_HOME") is { Length: > 0 } home ? home : Path.GetFullPath(".zigong");

    /// <exception cref="InputException">No database is configured, or a value cannot be used.</exception>
    public static PipelineOptions Read()
    {
        var configuration = new ConfigurationBuilder()
            .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
            .AddEnvironmentVariables()
            .Build();
        var options = (configuration.GetSection(PipelineOptions.Section).Get<PipelineOptions>() ?? new PipelineOptions()).WithSecrets();
        if (options.Database.Length == 0)
        {
            options.Database = Environment.GetEnvironmentVariable("ZIGONG_DATABASE") ?? "";
        }

        return options.Database.Length > 0
            ? options.Checked()
            : throw new InputException("no database: start through the launcher (./zigong), or set Pipeline__Database to a PostgreSQL connection string");
    }
}

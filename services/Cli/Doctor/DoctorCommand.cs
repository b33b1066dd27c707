using System.CommandLine;
using System.ComponentModel;
using System.Diagnostics;
using Npgsql;
using ZiGong.Cli.Hosting;
using ZiGong.Cli.Terminal;
using ZiGong.Hosting;
using ZiGong.Reports.Words;

namespace ZiGong.Cli.Doctor;

/// <summary><c>doctor</c>: what is missing, and how to get it.</summary>
internal static class DoctorCommand
{
    public static Command Create(CommandBuilder builder) => builder.Command(
        "doctor",
        "Say what the machine has of what the pipeline needs, and how to get the rest.",
        [],
        async (_, screen, ct) =>
        {
            var checkups = await ExamineAsync(builder.Local, ct);
            if (screen.Json)
            {
                screen.Data(checkups);
            }
            else
            {
                screen.Print(Format.Table(
                    ["What", "", "Found", "What to do"], checkups.Select(c => (string[])[c.What, c.Health.ToString(), c.Found, c.Remedy])));
            }

            return checkups.Any(c => c.Health == Health.Missing) ? ExitCodes.Fault : ExitCodes.Done;
        },
        "zigong doctor",
        "zigong doctor --json");

    private static async Task<IReadOnlyList<Checkup>> ExamineAsync(LocalServices local, CancellationToken ct)
    {
        PipelineOptions? settings = null;
        var database = "not configured";
        string? version = null;
        try
        {
            settings = CliSettings.Read();
            version = await PostgresVersionAsync(settings.Database, ct);
        }
        catch (Exception e) when (e is NpgsqlException or Contracts.InputException)
        {
            database = e.Message;
        }

        var home = CliSettings.Home;
        Directory.CreateDirectory(home);
        var tensors = local.ExamineTensors(settings);
        return
        [
            Checkups.Sdk(await SdksAsync(ct)),
            Checkups.Tensors(tensors.Error, tensors.Library, tensors.CudaDevices, tensors.DeviceError),
            Checkups.Postgres(version, database),
            Checkups.Broker(settings?.Transport ?? "memory", File.Exists("/usr/lib/rabbitmq/bin/rabbitmq-server")),
            Checkups.Disk(home, new DriveInfo(home).AvailableFreeSpace),
            Checkups.Memory(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes),
            Checkups.Cores(
                Environment.ProcessorCount, Environment.GetEnvironmentVariable("OMP_NUM_THREADS"), Environment.GetEnvironmentVariable("MKL_NUM_THREADS")),
        ];
    }

    private static async Task<string> PostgresVersionAsync(string connectionString, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(ct);
        return $"{connection.PostgreSqlVersion} at {connection.Host}";
    }

    private static async Task<string?> SdksAsync(CancellationToken ct)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo("dotnet", "--list-sdks") { RedirectStandardOutput = true, UseShellExecute = false, WorkingDirectory = "/" })!;
            var output = await process.StandardOutput.ReadToEndAsync(ct);
            await process.WaitForExitAsync(ct);
            return output;
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}

using System.Diagnostics;
using Shouldly;
using Xunit;
using ZiGong.Cli.Local;

namespace ZiGong.UnitTests.Cli.Local;

/// <summary>Services and their supervisor are shell scripts here, which do nothing but have the arguments of the real ones.</summary>
public sealed class ServiceFleetTests : IAsyncDisposable
{
    private static readonly ServiceWorker Worker = new("Ingest", 1);

    private readonly string _place = Directory.CreateTempSubdirectory("zigong-fleet-").FullName;
    private readonly ServiceFolder _folder;
    private readonly ServiceFleet _fleet;
    private readonly List<Process> _processes = [];

    public ServiceFleetTests()
    {
        _folder = new ServiceFolder(Directory.CreateDirectory(Path.Combine(_place, "services")).FullName);
        _fleet = new ServiceFleet(_folder, TimeProvider.System);
        var dotnet = Path.Combine(_place, "dotnet");
        File.WriteAllText(dotnet, "#!/bin/sh\necho $$ >\"$4/supervisor.pid\"\nwhile :; do sleep 0.1; done\n");
        File.SetUnixFileMode(dotnet, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private string App => Path.Combine(_place, "app");

    [Fact]
    public async Task Workers_that_have_lost_their_supervisor_are_ended_before_others_are_started()
    {
        // The second is not wanted any more.
        Process[] orphans = [Running(App), Running(App, new ServiceWorker("Ingest", 2))];

        await StartAsync(App);

        orphans.ShouldAllBe(p => !LocalProcess.IsRunning(p.Id));
        Directory.EnumerateFiles(_folder.Path, "*.pid").Select(Path.GetFileName).ShouldBe(["supervisor.pid"]);
        _folder.Supervisor().ShouldNotBeNull();
    }

    [Fact]
    public async Task Workers_that_a_supervisor_keeps_stay_when_more_are_started()
    {
        await StartAsync(App);
        var supervisor = _folder.Supervisor();
        var kept = Running(App);

        await StartAsync(App);

        kept.HasExited.ShouldBeFalse();
        _folder.Process(Worker).ShouldBe(kept.Id);
        _folder.Supervisor().ShouldBe(supervisor);
    }

    [Fact]
    public async Task A_worker_without_a_supervisor_is_not_ready()
    {
        Running(App);
        _folder.Want([Worker]);
        _folder.SetAddress(Worker, "http://127.0.0.1:9");

        var state = (await _fleet.StatesAsync(default)).ShouldHaveSingleItem();

        state.Condition.ShouldBe(ServiceCondition.Orphaned);
        ServiceFleet.AreReady([state]).ShouldBeFalse();
    }

    [Fact]
    public async Task The_service_of_another_checkout_that_a_stale_number_names_is_left_alone()
    {
        var foreign = Running("/another/checkout/.zigong/app/0123");

        _folder.Process(Worker).ShouldBeNull();
        await StartAsync(App);
        _folder.SetProcess(Worker, foreign.Id);
        await _fleet.StopAsync(default);

        foreign.HasExited.ShouldBeFalse();
    }

    [Fact]
    public async Task Stopping_ends_the_supervisor_and_what_it_left()
    {
        await StartAsync(App);
        var supervisor = _folder.Supervisor()!.Value;
        var worker = Running(App);

        await _fleet.StopAsync(default);

        LocalProcess.IsRunning(worker.Id).ShouldBeFalse();
        LocalProcess.IsRunning(supervisor).ShouldBeFalse();
        Directory.EnumerateFiles(_folder.Path, "*.pid").ShouldBeEmpty();
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.StopAsync(default);
        foreach (var process in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(_place, recursive: true);
    }

    private Task StartAsync(string app) => _fleet.StartAsync(
        app, [Worker], new Dictionary<string, string> { ["PATH"] = $"{_place}:{Environment.GetEnvironmentVariable("PATH")}" }, default);

    /// <summary>A process that the worker's file names, running from an app; this folder's own is <see cref="App"/>.</summary>
    private Process Running(string app, ServiceWorker? worker = null)
    {
        worker ??= Worker;
        _folder.SetApp(App);
        var process = Process.Start("bash", ["-c", "while :; do sleep 0.1; done", "dotnet", ServiceFolder.Program(app, worker)]);
        _processes.Add(process);
        _folder.SetProcess(worker, process.Id);
        return process;
    }
}

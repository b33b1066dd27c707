using System.Diagnostics;
using Shouldly;
using Xunit;
using ZiGong.Cli.Local;

namespace ZiGong.UnitTests.Cli.Local;

/// <summary>Services are shell commands here, with the argument that a service is known by.</summary>
public sealed class SupervisorTests : IAsyncDisposable
{
    private const string App = "/nowhere/app";
    private const string Lasting = "while :; do sleep 0.1; done";
    private static readonly ServiceWorker Worker = new("Ingest", 1);

    private readonly ServiceFolder _folder = new(Directory.CreateTempSubdirectory("zigong-supervisor-").FullName);
    private readonly CancellationTokenSource _stop = new();
    private readonly StringWriter _said = new();
    private Task _running = Task.CompletedTask;

    [Fact]
    public async Task A_service_that_ends_is_started_again_and_its_output_goes_on_in_its_log()
    {
        Supervise(life => $"echo life {life}; exit 3");

        await UntilAsync(() => File.Exists(_folder.Log(Worker)) && File.ReadAllText(_folder.Log(Worker)).Contains("life 3\n", StringComparison.Ordinal));

        File.ReadAllLines(_folder.Log(Worker)).Take(3).ShouldBe(["life 1", "life 2", "life 3"]);
    }

    [Fact]
    public async Task One_with_a_bad_configuration_stays_down_until_it_is_wanted_anew()
    {
        Supervise(life => $"echo life {life}; exit 2");

        await UntilAsync(() => File.Exists(_folder.Ended(Worker)));
        await Task.Delay(500);
        File.ReadAllLines(_folder.Log(Worker)).ShouldBe(["life 1"]);

        _folder.Forget(Worker);
        await UntilAsync(() => File.ReadAllLines(_folder.Log(Worker)).Length == 2);
    }

    [Fact]
    public async Task A_worker_that_is_wanted_later_joins_the_others()
    {
        Supervise(_ => Lasting);
        await UntilAsync(() => _folder.Process(Worker) is not null);
        var second = new ServiceWorker("Ingest", 2);

        _folder.Want([Worker, second]);

        await UntilAsync(() => _folder.Process(second) is not null);
    }

    [Fact]
    public async Task When_it_is_to_end_it_asks_the_services_and_waits_for_them()
    {
        Supervise(_ => "trap 'echo putting work back; exit 0' TERM; echo up; while :; do sleep 0.1; done");
        await UntilAsync(() => File.Exists(_folder.Log(Worker)) && File.ReadAllText(_folder.Log(Worker)).Contains("up", StringComparison.Ordinal));

        await _stop.CancelAsync();
        await _running;

        File.ReadAllLines(_folder.Log(Worker)).ShouldBe(["up", "putting work back"]);
        _folder.Process(Worker).ShouldBeNull();
    }

    [Fact]
    public async Task A_worker_that_cannot_be_started_is_tried_again()
    {
        Supervise(life => life < 3 ? throw new IOException("No space left on device") : Lasting);

        await UntilAsync(() => _folder.Process(Worker) is not null);

        _said.ToString().Split('\n').Count(l => l.Contains("Ingest-1 cannot be kept running just now: No space left", StringComparison.Ordinal)).ShouldBe(2);
    }

    [Fact]
    public async Task A_worker_whose_number_cannot_be_noted_is_ended_and_tried_again()
    {
        var obstacle = Directory.CreateDirectory(Path.Combine(_folder.Path, "Ingest-1.pid.new"));
        var lives = Path.Combine(_folder.Path, "lives");
        Supervise(_ => $"echo $$ >>'{lives}'; {Lasting}");
        await UntilAsync(() => _said.ToString().Split('\n').Length > 3);

        obstacle.Delete();
        await UntilAsync(
            () => _folder.Process(Worker) is { } id && File.Exists(lives) && File.ReadAllText(lives).EndsWith($"{id}\n", StringComparison.Ordinal));

        File.ReadAllLines(lives).SkipLast(1).ShouldAllBe(id => !LocalProcess.IsRunning(int.Parse(id)));
    }

    [Fact]
    public async Task One_whose_end_for_good_cannot_be_noted_is_tried_until_it_can()
    {
        var obstacle = Directory.CreateDirectory(_folder.Ended(Worker));
        Supervise(life => $"echo life {life}; exit 2");
        await UntilAsync(() => File.Exists(_folder.Log(Worker)) && File.ReadAllText(_folder.Log(Worker)).Contains("life 2\n", StringComparison.Ordinal));

        obstacle.Delete();

        await UntilAsync(() => File.Exists(_folder.Ended(Worker)));
    }

    [Fact]
    public async Task One_whose_log_cannot_be_opened_is_not_taken_for_one_with_a_bad_configuration()
    {
        var obstacle = Directory.CreateDirectory(_folder.Log(Worker));
        Supervise(_ => Lasting);
        await UntilAsync(() => _said.ToString().Length > 0);

        obstacle.Delete();

        await UntilAsync(() => _folder.Process(Worker) is not null);
        File.Exists(_folder.Ended(Worker)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_list_of_workers_that_cannot_be_read_is_read_again()
    {
        var second = new ServiceWorker("Ingest", 2);
        Supervise(_ => Lasting);
        await UntilAsync(() => _folder.Process(Worker) is not null);
        var list = Path.Combine(_folder.Path, "workers");
        File.Delete(list);
        // Reading the beginning of one's own memory is an input/output error.
        File.CreateSymbolicLink(list, "/proc/self/mem");
        await UntilAsync(() => _said.ToString().Contains("the list of wanted workers cannot be read", StringComparison.Ordinal));

        _folder.Want([Worker, second]);

        await UntilAsync(() => _folder.Process(second) is not null);
        _folder.Process(Worker).ShouldNotBeNull();
    }

    [Theory]
    [InlineData(true, true, true, false, ServiceCondition.Ready)]
    [InlineData(true, false, true, false, ServiceCondition.Starting)]
    [InlineData(true, true, false, false, ServiceCondition.Orphaned)]
    [InlineData(true, false, false, false, ServiceCondition.Orphaned)]
    [InlineData(false, false, true, false, ServiceCondition.Restarting)]
    [InlineData(false, false, true, true, ServiceCondition.Stopped)]
    [InlineData(false, false, false, false, ServiceCondition.Stopped)]
    public void What_a_worker_is_doing_follows_from_its_process_and_its_supervisor(
        bool alive, bool answers, bool supervised, bool ended, ServiceCondition expected) =>
        ServiceState.ConditionOf(alive, answers, supervised, ended).ShouldBe(expected);

    [Fact]
    public void A_number_that_is_somebody_elses_by_now_is_no_process_of_a_service()
    {
        _folder.SetProcess(Worker, 1);

        _folder.Process(Worker).ShouldBeNull();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        await _said.DisposeAsync();
        Directory.Delete(_folder.Path, recursive: true);
    }

    private void Supervise(Func<int, string> script)
    {
        _folder.Want([Worker]);
        _folder.SetApp(App);
        _running = new Supervisor(
            _folder,
            (worker, life) => new ProcessStartInfo("bash", ["-c", script(life), "-", ServiceFolder.Program(App, worker)]),
            slowest: TimeSpan.FromMilliseconds(50), TextWriter.Synchronized(_said), TimeProvider.System).RunAsync(_stop.Token);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
            await Task.Delay(50);
        }
    }
}

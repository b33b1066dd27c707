using System.Diagnostics;
using System.Globalization;
using Shouldly;
using Xunit;
using ZiGong.Cli.Local;

namespace ZiGong.UnitTests.Cli.Local;

public sealed class LocalProcessTests
{
    [Fact]
    public void This_process_is_running() => LocalProcess.IsRunning(Environment.ProcessId).ShouldBeTrue();

    [Fact]
    public async Task One_that_has_ended_is_not_running_though_its_parent_never_asked_after_it()
    {
        using var parent = Process.Start(new ProcessStartInfo("bash", ["-c", "sleep 1 & echo $!; exec sleep 100"])
        {
            RedirectStandardOutput = true, UseShellExecute = false,
        })!;
        var child = int.Parse((await parent.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        var watch = Stopwatch.StartNew();
        while (LocalProcess.IsRunning(child))
        {
            watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
            await Task.Delay(20);
        }

        Directory.Exists($"/proc/{child}").ShouldBeTrue("its parent has not asked");
        parent.Kill();
    }
}

using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using ZiGong.Cli.Reports.OfExperiment;
using ZiGong.Cli.Reports.Page;

namespace ZiGong.ReportTests;

/// <summary>The report of an experiment in a browser.</summary>
[Collection("reports")]
public sealed class ExperimentPageTests(Browser browser) : IDisposable
{
    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("zigong-report-").FullName, "experiment.html");

    [BrowserFact]
    public async Task Every_section_is_there_and_axe_finds_no_violation_in_light_dark_and_on_a_phone()
    {
        await File.WriteAllTextAsync(_file, HtmlReport.Write(ExperimentReport.Of(AnExperiment.Complete)));
        foreach (var (scheme, width, name) in new[] { (ColorScheme.Light, 1280, "desktop-light"), (ColorScheme.Dark, 1280, "desktop-dark"), (ColorScheme.Light, 320, "phone-light") })
        {
            await using var open = await browser.OpenAsync(_file, width, scheme: scheme);
            foreach (var section in new[] { "verdict", "design", "arms", "differences", "curves", "seeds", "kept", "fairness", "timings", "lineage" })
            {
                (await open.Page.Locator($"section#{section}").IsVisibleAsync()).ShouldBeTrue(section);
            }

            (await open.Page.Locator("#verdict figure svg:visible").CountAsync()).ShouldBe(1, "the forest plot is part of the verdict");
            await open.ScreenshotAsync($"experiment-{name}");
            await open.Page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
            (await open.Page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBe(width);
            (await open.Page.RunAxe()).Violations.Select(v => $"{v.Id}: {v.Help}").ShouldBeEmpty(name);
            open.Console.ShouldBeEmpty();
            open.Requests.Count.ShouldBe(1);
        }
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);
}

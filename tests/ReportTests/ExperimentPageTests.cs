using Shouldly;
using Xunit;
using ZiGong.Reports.OfExperiment;
using ZiGong.Reports.Page;

namespace ZiGong.ReportTests;

/// <summary>The report of an experiment in a browser.</summary>
[Collection("reports")]
public sealed class ExperimentPageTests(Browser browser) : IDisposable
{
    /// <summary>Of every experiment's page.</summary>
    public static IReadOnlyList<string> Sections { get; } = [
        "verdict", "design", "arms", "differences", "curves", "seeds", "kept", "fairness", "timings", "lineage"];

    private readonly string _file = Path.Combine(Directory.CreateTempSubdirectory("zigong-report-").FullName, "experiment.html");

    [BrowserFact]
    public async Task Every_section_is_there_and_axe_finds_no_violation_in_light_dark_and_on_a_phone()
    {
        await File.WriteAllTextAsync(_file, HtmlReport.Write(ExperimentReport.Of(AnExperiment.Complete)));
        await browser.InspectAsync(_file, "experiment", Sections);
        await using var open = await browser.OpenAsync(_file);
        (await open.Page.Locator("#verdict figure svg:visible").CountAsync()).ShouldBe(1, "the forest plot is part of the verdict");
    }

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_file)!, recursive: true);
}

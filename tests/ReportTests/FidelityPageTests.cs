using Shouldly;
using Xunit;

namespace ZiGong.ReportTests;

/// <summary>The report of a small fidelity experiment, made by the command and looked at in a browser.</summary>
[Collection("reports")]
public sealed class FidelityPageTests(Browser browser)
{
    [BrowserFact]
    public async Task Every_measure_has_a_section_and_the_page_is_accessible_and_alone()
    {
        await using var lab = await Lab.NewAsync();
        var table = Path.Combine(lab.Folder, "borrowers.csv");
        await File.WriteAllLinesAsync(table, [Borrowers.Header, .. Borrowers.Lines]);
        var descriptor = Path.Combine(lab.Folder, "borrowers.yaml");
        await File.WriteAllTextAsync(descriptor, Borrowers.Descriptor);
        var page = Path.Combine(lab.Folder, "fidelity.html");
        string[] command =
        [
            "experiment", "fidelity", "--dataset", descriptor, table, "--rows", "60", "--references", "12", "--subsets", "6", "--steps", "2", "--seeds", "2",
            "--left-out", "4",
            "--resamples", "20",
        ];

        var made = CommandLineProcess.Run(lab, [.. command, "--report", page]);
        made.ExitCode.ShouldBe(0, made.Errors);
        await browser.InspectAsync(page, "fidelity", "verdict", "design", "subsets", "left-out", "flips", "sketches", "agents");

        // Again, from what is stored: the same page as Markdown, and one JSON document beside it.
        var markdown = Path.Combine(lab.Folder, "fidelity.md");
        var again = CommandLineProcess.Run(lab, [.. command, "--report", markdown, "--json"]);
        again.ExitCode.ShouldBe(0, again.Errors);
        again.Errors.ShouldContain("29 of 29 runs were there already");
        System.Text.Json.JsonDocument.Parse(again.Output).RootElement.GetProperty("trained").GetInt32().ShouldBe(0);
        (await File.ReadAllTextAsync(markdown)).ShouldContain("same class");
    }
}

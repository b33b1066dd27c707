using Shouldly;
using Xunit;
using ZiGong.Testing;

namespace ZiGong.ReportTests;

/// <summary>Reports of a real lender's table, made as a user makes them.</summary>
[Collection("reports")]
public sealed class RealPageTests(Browser browser)
{
    private static readonly string[] Smaller = [
        "--set", "Snapshot:MaximumTraining=600", "--set", "Snapshot:MaximumReference=300", "--set", "Snapshot:MaximumTest=500"];

    [RealPageFact]
    public async Task The_reports_of_a_run_and_of_an_experiment_on_UCI_default_are_whole_accessible_and_alone()
    {
        await using var lab = await Lab.NewAsync();
        var table = SharedData.Require("uci-default/UCI_Credit_Card.csv");
        Run(["run", "--dataset", "uci-default", table, .. Smaller]);
        await browser.InspectAsync(Report("latest"), "uci-run", RunPageTests.Sections);

        Run(["experiment", "fairness", "--dataset", "uci-default", "--seeds", "2", "--arms", "full", "--arms", "top-50", .. Smaller]);
        var page = Report("fairness");
        await browser.InspectAsync(page, "uci-experiment", ExperimentPageTests.Sections);
        await using var open = await browser.OpenAsync(page);
        ((await open.Page.Locator("#fairness").TextContentAsync()) ?? "").ShouldContain(
            "female", Case.Sensitive, "the table behind the plot is closed at first");

        void Run(params string[] arguments)
        {
            var result = CommandLineProcess.Run(lab, arguments);
            result.ExitCode.ShouldBe(0, result.Errors);
        }

        string Report(string subject)
        {
            var file = Path.Combine(lab.Folder, $"{subject}.html");
            Run("report", subject, "--out", file);
            return file;
        }
    }
}

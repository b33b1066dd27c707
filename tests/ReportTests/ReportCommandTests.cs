using Shouldly;
using Xunit;

namespace ZiGong.ReportTests;

/// <summary><c>zigong report</c> as a process.</summary>
[Collection("reports")]
public sealed class ReportCommandTests(ReportedRun run)
{
    [Fact]
    public void Report_writes_the_page_and_Markdown_to_files_or_the_standard_output()
    {
        var file = Path.Combine(run.Lab.Folder, "out.html");
        var html = CommandLineProcess.Run(run.Lab, "report", "latest", "--out", file);
        html.ExitCode.ShouldBe(0, html.Errors);
        html.Output.ShouldContain(file);
        File.ReadAllText(file).ShouldBe(run.Html);

        var markdown = CommandLineProcess.Run(run.Lab, "report", $"{run.Facts.Run.RunId}", "--markdown", "--out", "-");
        markdown.ExitCode.ShouldBe(0, markdown.Errors);
        markdown.Output.ShouldBe(run.Markdown);
    }

    [Theory]
    [InlineData("nothing-of-that-name", "out.html", "there is no run")]
    [InlineData("gamma", "out.html", "there are no experiments yet")]
    [InlineData("latest", "no-such-folder/out.html", "give another file with --out")]
    public void What_cannot_be_reported_is_said_with_what_to_do(string subject, string file, string message)
    {
        var result = CommandLineProcess.Run(run.Lab, "report", subject, "--out", Path.Combine(run.Lab.Folder, file));
        result.ExitCode.ShouldBe(2);
        result.Errors.ShouldContain(message);
    }
}

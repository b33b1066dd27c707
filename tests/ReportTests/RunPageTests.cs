using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using ZiGong.Reports.Words;

namespace ZiGong.ReportTests;

/// <summary>The report of a real run, looked at in a browser.</summary>
[Collection("reports")]
public sealed class RunPageTests(ReportedRun run, Browser browser)
{
    /// <summary>Of every run's page.</summary>
    public static IReadOnlyList<string> Sections { get; } =
        ["verdict", "data", "metrics", "curves", "scores", "weights", "samples", "selection", "fairness", "drift", "timings", "lineage"];

    [BrowserFact]
    public async Task Every_section_is_there_with_its_plots_and_nothing_goes_wrong()
    {
        await using var open = await browser.OpenAsync(run.File);
        foreach (var section in Sections)
        {
            (await open.Page.Locator($"section#{section}").IsVisibleAsync()).ShouldBeTrue(section);
            (await open.Page.Locator($"nav a[href='#{section}']").CountAsync()).ShouldBe(1, section);
        }

        foreach (var (section, plots) in new[]
        {
            ("metrics", 1), ("curves", 3), ("scores", 2), ("weights", 1), ("selection", 5), ("fairness", 3), ("drift", 1), ("timings", 1),
        })
        {
            (await open.Page.Locator($"section#{section} figure svg.wide:visible").CountAsync()).ShouldBe(plots, section);
            (await open.Page.Locator($"section#{section} figure details table tbody tr").CountAsync()).ShouldBeGreaterThan(plots, section);
        }

        open.Console.ShouldBeEmpty();
        open.Requests.ShouldBe([new Uri(run.File).AbsoluteUri]);
        await open.ScreenshotAsync("run-desktop-light");
    }

    [BrowserFact]
    public async Task Values_are_text_and_never_markup()
    {
        await using var open = await browser.OpenAsync(run.File);
        (await open.Page.TitleAsync()).ShouldNotContain("pwned");
        (await open.Page.Locator("script").CountAsync()).ShouldBe(0);
        (await open.Page.Locator("b").CountAsync()).ShouldBe(0);
        var prompts = await open.Page.Locator("pre.prompt").AllInnerTextsAsync();
        prompts.Count.ShouldBe(8);
        prompts.ShouldAllBe(p => p.Contains($"Remark <b>of</b> the *clerk*: {ReportedRun.Mischief}", StringComparison.Ordinal));
        (await open.Page.Locator("#fairness tbody th").AllTextContentsAsync()).ShouldContain(t => t.Contains("<script>", StringComparison.Ordinal));
    }

    [BrowserFact]
    public async Task Axe_finds_no_violation_in_light() => (await ViolationsAsync(ColorScheme.Light, 1280)).ShouldBeEmpty();

    [BrowserFact]
    public async Task Axe_finds_no_violation_in_dark() => (await ViolationsAsync(ColorScheme.Dark, 1280)).ShouldBeEmpty();

    [BrowserFact]
    public async Task Axe_finds_no_violation_on_a_phone() => (await ViolationsAsync(ColorScheme.Light, 320)).ShouldBeEmpty();

    [BrowserFact]
    public async Task At_320_pixels_or_400_percent_zoom_the_page_never_scrolls_sideways()
    {
        // 1280 pixels at 400 % are 320 CSS pixels.
        await using var open = await browser.OpenAsync(run.File, width: 320, height: 640);
        await OpenDetailsAsync(open.Page);
        (await open.Page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBe(320);
        await open.ScreenshotAsync("run-phone-light");
    }

    [BrowserFact]
    public async Task Dark_mode_is_dark_and_plots_follow_it()
    {
        await using var light = await browser.OpenAsync(run.File);
        await using var dark = await browser.OpenAsync(run.File, scheme: ColorScheme.Dark);
        (await LuminanceAsync(light.Page, "section", "backgroundColor")).ShouldBeGreaterThan(0.8);
        (await LuminanceAsync(dark.Page, "section", "backgroundColor")).ShouldBeLessThan(0.1);
        (await LuminanceAsync(light.Page, "svg.wide text", "fill")).ShouldBeLessThan(0.3);
        (await LuminanceAsync(dark.Page, "svg.wide text", "fill")).ShouldBeGreaterThan(0.5);
        await dark.ScreenshotAsync("run-desktop-dark");
    }

    [BrowserFact]
    public async Task The_keyboard_reaches_the_report_its_sections_and_its_tables()
    {
        await using var open = await browser.OpenAsync(run.File);
        await open.Page.Keyboard.PressAsync("Tab");
        (await open.Page.EvaluateAsync<string>("document.activeElement.className")).ShouldBe("skip");
        await open.Page.Keyboard.PressAsync("Enter");
        (await open.Page.EvaluateAsync<string>("document.activeElement.id")).ShouldBe("report");
        await open.Page.Keyboard.PressAsync("Tab");
        (await open.Page.EvaluateAsync<string>("document.activeElement.getAttribute('role')")).ShouldBe("group", "the gates' table scrolls by keyboard");
        var summary = open.Page.Locator("#metrics summary").First;
        await summary.FocusAsync();
        await open.Page.Keyboard.PressAsync("Enter");
        (await open.Page.Locator("#metrics details table").First.IsVisibleAsync()).ShouldBeTrue();
    }

    [BrowserFact]
    public async Task Headings_go_down_one_level_at_a_time_and_every_plot_says_what_it_shows()
    {
        await using var open = await browser.OpenAsync(run.File);
        var levels = await open.Page.EvaluateAsync<int[]>("[...document.querySelectorAll('h1,h2,h3,h4,h5,h6')].map(h => +h.tagName[1])");
        levels[0].ShouldBe(1);
        levels.Count(l => l == 1).ShouldBe(1);
        levels.Zip(levels.Skip(1)).ShouldAllBe(pair => pair.Second <= pair.First + 1);
        var labels = await open.Page.EvaluateAsync<string[]>("[...document.querySelectorAll('svg')].map(s => s.getAttribute('aria-label') ?? '')");
        labels.ShouldAllBe(l => l.Length > 40);
    }

    [BrowserFact]
    public async Task It_prints_without_navigation_on_white()
    {
        await using var open = await browser.OpenAsync(run.File, scheme: ColorScheme.Dark);
        await open.Page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = Media.Print });
        (await open.Page.Locator("nav").IsVisibleAsync()).ShouldBeFalse();
        (await LuminanceAsync(open.Page, "section", "backgroundColor")).ShouldBe(1, 0.001);
        (await LuminanceAsync(open.Page, "h2", "color")).ShouldBeLessThan(0.05);
        var pdf = await open.Page.PdfAsync(new PagePdfOptions { Format = "A4", Path = Path.Combine(Browser.Screenshots, "run.pdf") });
        pdf.Length.ShouldBeGreaterThan(20_000);
    }

    private async Task<IEnumerable<string>> ViolationsAsync(ColorScheme scheme, int width)
    {
        await using var open = await browser.OpenAsync(run.File, width, scheme: scheme);
        await OpenDetailsAsync(open.Page);
        var result = await open.Page.RunAxe(new AxeRunOptions());
        result.Passes.Length.ShouldBeGreaterThan(20, "axe did not look");
        return result.Violations.Select(v => $"{v.Id}: {v.Help}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}");
    }

    private static Task OpenDetailsAsync(IPage page) => page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");

    /// <summary>Relative luminance of a colour that the browser computed, 0 black to 1 white.</summary>
    private static Task<double> LuminanceAsync(IPage page, string selector, string property) => page.EvaluateAsync<double>(
        """
        ([selector, property]) => {
          const rgb = getComputedStyle(document.querySelector(selector))[property].match(/[\d.]+/g).slice(0, 3).map(v => v / 255)
            .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
          return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2];
        }
        """,
        new[] { selector, property });
}

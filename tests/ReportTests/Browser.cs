using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Shouldly;
using Xunit;
using ZiGong.Testing;

namespace ZiGong.ReportTests;

/// <summary>xunit fixture: one headless Chromium, as the system brings it.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    ];

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <summary>Path of the program; null where there is none.</summary>
    public static string? Program { get; } = new[] { Environment.GetEnvironmentVariable("ZIGONG_BROWSER"), "/usr/bin/chromium" }
        .FirstOrDefault(p => p is { Length: > 0 } && File.Exists(p));

    /// <summary>Where screenshots are kept: <c>ZIGONG_SCREENSHOTS</c>, else artifacts/screenshots in the checkout.</summary>
    public static string Screenshots { get; } = Directory.CreateDirectory(
        Environment.GetEnvironmentVariable("ZIGONG_SCREENSHOTS") is { Length: > 0 } folder
            ? folder
            : Path.Combine(Checkout.Root, "artifacts", "screenshots")).FullName;

    public async Task InitializeAsync()
    {
        if (Program is not null)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(
                new BrowserTypeLaunchOptions { ExecutablePath = Program, Headless = true, Args = Flags, Timeout = 120_000 });
        }
    }

    /// <summary>Opens a file as a reader would, and notes what a page must not do.</summary>
    public async Task<OpenPage> OpenAsync(string file, int width = 1280, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        var context = await (_browser ?? throw new InvalidOperationException("no browser")).NewContextAsync(new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height }, ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce,
        });
        var page = await context.NewPageAsync();
        var open = new OpenPage(page);
        page.Console += (_, message) => open.Console.Add($"{message.Type}: {message.Text}");
        page.PageError += (_, error) => open.Console.Add(error);
        page.Request += (_, request) => open.Requests.Add(request.Url);
        await page.GotoAsync(new Uri(file).AbsoluteUri, new PageGotoOptions { WaitUntil = WaitUntilState.NetworkIdle, Timeout = 60_000 });
        return open;
    }

    /// <summary>
    /// What is asked of every page, in light, dark and on a phone: its sections, nothing from the network, nothing in the console, no sideways
    /// scrolling, no violation that axe finds with all tables open. Keeps a screenshot of each.
    /// </summary>
    public async Task InspectAsync(string file, string name, params IReadOnlyList<string> sections)
    {
        foreach (var (scheme, width, look) in new[]
        {
            (ColorScheme.Light, 1280, "desktop-light"), (ColorScheme.Dark, 1280, "desktop-dark"), (ColorScheme.Light, 320, "phone-light"),
        })
        {
            await using var open = await OpenAsync(file, width, scheme: scheme);
            foreach (var section in sections)
            {
                (await open.Page.Locator($"section#{section}").IsVisibleAsync()).ShouldBeTrue(section);
                (await open.Page.Locator($"nav a[href='#{section}']").CountAsync()).ShouldBe(1, section);
            }

            await open.ScreenshotAsync($"{name}-{look}");
            await open.Page.EvaluateAsync("document.querySelectorAll('details').forEach(d => d.open = true)");
            (await open.Page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBe(width);
            var axe = await open.Page.RunAxe();
            axe.Passes.Length.ShouldBeGreaterThan(20, "axe did not look");
            axe.Violations.Select(v => $"{v.Id}: {v.Help}: {string.Join(" | ", v.Nodes.Take(3).Select(n => n.Html))}").ShouldBeEmpty(look);
            open.Console.ShouldBeEmpty();
            open.Requests.ShouldBe([new Uri(file).AbsoluteUri]);
        }
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.CloseAsync();
        }

        _playwright?.Dispose();
    }
}

/// <summary>A page with what it wrote to the console and asked for.</summary>
public sealed record OpenPage(IPage Page) : IAsyncDisposable
{
    public List<string> Console { get; } = [];

    public List<string> Requests { get; } = [];

    /// <summary>The whole page, kept for people to look at.</summary>
    public Task ScreenshotAsync(string name) =>
        Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Browser.Screenshots, $"{name}.png"), FullPage = true });

    public async ValueTask DisposeAsync() => await Page.Context.CloseAsync();
}

/// <summary>A test that needs Chromium: skipped with a reason where there is none, unless <c>ZIGONG_REQUIRE_BROWSER=1</c>, where it fails.</summary>
public class BrowserFactAttribute : FactAttribute
{
    public BrowserFactAttribute()
    {
        if (Browser.Program is null && Environment.GetEnvironmentVariable("ZIGONG_REQUIRE_BROWSER") != "1")
        {
            Skip = "needs Chromium: apt-get install chromium, or ZIGONG_BROWSER with its path";
        }
    }
}

/// <summary>A test that needs the shared data too.</summary>
public sealed class RealPageFactAttribute : BrowserFactAttribute
{
    public RealPageFactAttribute() => Skip ??= new SharedDataFactAttribute().Skip;
}

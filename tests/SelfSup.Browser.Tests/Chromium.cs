using Microsoft.Playwright;

namespace SelfSup.Browser.Tests;

/// <summary>The Chromium that is installed, without a window; a class fixture, so that the tests of a class share one.</summary>
public sealed class Chromium : IAsyncLifetime
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome"];

    private IPlaywright? playwright;
    private IBrowser? browser;

    /// <summary>The program; null where none is on the path.</summary>
    public static string? Program { get; } = Names
        .SelectMany(_ => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator), (name, folder) => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);

    public async Task InitializeAsync()
    {
        if (Program is null)
            return;
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program });
    }

    /// <summary>Opens an address in a page of its own.</summary>
    /// <param name="address">Of a file or of the web.</param>
    /// <param name="theme">What the person prefers.</param>
    internal async Task<WatchedPage> OpenAsync(Uri address, ColorScheme theme = ColorScheme.Light)
    {
        var page = new WatchedPage(await browser!.NewPageAsync(new() { ColorScheme = theme }));
        await page.Page.GotoAsync(address.AbsoluteUri);
        return page;
    }

    public async Task DisposeAsync()
    {
        await (browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        playwright?.Dispose();
    }
}

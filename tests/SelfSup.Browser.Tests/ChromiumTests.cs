using Microsoft.Playwright;

namespace SelfSup.Browser.Tests;

/// <summary>What the other tests rely on: errors and requests are noticed.</summary>
public class ChromiumTests(Chromium chromium) : IClassFixture<Chromium>
{
    [ChromiumFact]
    public async Task Errors_and_requests_of_a_page_are_noticed()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("page.html", "<img src=\"http://127.0.0.1:9/photo.png\" alt=\"\"><script>console.error('said'); throw new Error('thrown');</script>"u8);
        var page = await chromium.OpenAsync(new Uri(file));
        Assert.Contains(page.Errors, error => error.Contains("said", StringComparison.Ordinal));
        Assert.Contains(page.Errors, error => error.Contains("thrown", StringComparison.Ordinal));
        Assert.Equal(["file", "http"], page.Requests.Select(request => request.Scheme));
    }

    [ChromiumTheory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Pages_are_told_which_theme_is_preferred(ColorScheme theme)
    {
        using var folder = new TemporaryFolder();
        var page = await chromium.OpenAsync(new Uri(folder.Write("page.html", "<!doctype html>"u8)), theme);
        Assert.Equal(theme == ColorScheme.Dark, await page.Page.EvaluateAsync<bool>("matchMedia('(prefers-color-scheme: dark)').matches"));
    }
}

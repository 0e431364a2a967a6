using Microsoft.Playwright;
using SelfSup.Extensions.AI.Tests;
using SelfSup.Extensions.AI.Tests.Web;

namespace SelfSup.Browser.Tests;

/// <summary>The page of the sample samples/Web, with its own server behind it.</summary>
public class SearchPageTests(Chromium chromium, SearchServer server) : IClassFixture<Chromium>, IClassFixture<SearchServer>
{
    // A test machine may be busy; what fails, fails for good.
    static SearchPageTests() => Assertions.SetDefaultExpectTimeout(60_000);

    [ChromiumFact]
    public async Task A_photo_shows_its_class_and_its_neighbors()
    {
        var page = await OpenAsync();
        await page.Page.SetInputFilesAsync("#file", server.Models.PhotoFile(5));
        await Assertions.Expect(page.Page.Locator("#neighbor-list li")).ToHaveCountAsync(8);
        await Assertions.Expect(page.Page.Locator("#neighbor-list li").First).ToContainTextAsync("5.jpg");
        await Assertions.Expect(page.Page.Locator("#class-list li").First).ToContainTextAsync(server.Models.Classifier.Predict(server.Models.PhotoFile(5)).Label);
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Status)).ToContainTextAsync("8 photos like it");
        await page.Page.WaitForFunctionAsync("[...document.images].every(image => image.complete && image.naturalWidth > 0)");
        AssertSound(page);
    }

    [ChromiumFact]
    public async Task A_corrupt_file_shows_the_reason_and_the_next_photo_clears_it()
    {
        var page = await OpenAsync();
        await page.Page.SetInputFilesAsync("#file", server.DamagedPhoto);
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync(
            "damaged.jpg: This is no photo that can be read. The reason: the file is truncated.");
        Assert.DoesNotContain(Path.GetTempPath(), await page.Page.ContentAsync());
        await page.Page.SetInputFilesAsync("#file", server.Models.PhotoFile(1));
        await Assertions.Expect(page.Page.Locator("#neighbor-list li").First).ToContainTextAsync("1.jpg");
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
        // The browser itself notes the answer 400.
        Assert.Single(page.Errors, error => error.Contains("400", StringComparison.Ordinal));
        Assert.Single(page.Errors);
    }

    [ChromiumFact]
    public async Task Names_of_files_are_text()
    {
        var page = await OpenAsync();
        await page.Page.SetInputFilesAsync("#file", Path.Combine(server.Models.Photos, SearchServer.OddName));
        await Assertions.Expect(page.Page.Locator("#neighbor-list li").First).ToContainTextAsync(SearchServer.OddName);
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Status)).ToContainTextAsync(SearchServer.OddName);
        Assert.Equal(0, await page.Page.Locator("img[src=x]").CountAsync());
        AssertSound(page);
    }

    [ChromiumFact]
    public async Task The_keyboard_reaches_the_choice_of_a_photo()
    {
        var page = await OpenAsync();
        var choosing = page.Page.WaitForFileChooserAsync(); // first, so that the browser knows of it when the key comes
        await page.Page.Keyboard.PressAsync("Tab");
        Assert.Equal("file", await page.Page.EvaluateAsync<string>("document.activeElement.id"));
        await page.Page.Keyboard.PressAsync("Enter");
        var chooser = await choosing;
        await chooser.SetFilesAsync(server.Models.PhotoFile(2));
        await Assertions.Expect(page.Page.Locator("#neighbor-list li").First).ToContainTextAsync("2.jpg");
        await Assertions.Expect(page.Page.GetByRole(AriaRole.Heading, new() { Name = "What looks like it" })).ToBeVisibleAsync();
        AssertSound(page);
    }

    [ChromiumTheory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Text_stands_out_in_both_themes(ColorScheme theme)
    {
        var page = await OpenAsync(theme);
        foreach (var place in (string[])["h1", "header p", "#invitation strong", "#invitation small"])
        {
            var contrast = await page.Page.EvaluateAsync<double>(Contrast, place);
            Assert.True(contrast >= 4.5, $"{place} has a contrast of {contrast:F2}");
        }
    }

    // The ratio of WCAG 2.2 between an element's text and the nearest background behind it.
    private const string Contrast = """
        place => {
          const element = document.querySelector(place);
          const levels = color => color.match(/[\d.]+/g).map(Number);
          const luminance = color => levels(color).slice(0, 3).map(level => level / 255)
            .map(level => level <= 0.04045 ? level / 12.92 : ((level + 0.055) / 1.055) ** 2.4)
            .reduce((sum, level, i) => sum + level * [0.2126, 0.7152, 0.0722][i], 0);
          let behind = element;
          while (levels(getComputedStyle(behind).backgroundColor)[3] === 0)
            behind = behind.parentElement;
          const [dark, light] = [luminance(getComputedStyle(element).color), luminance(getComputedStyle(behind).backgroundColor)].sort((a, b) => a - b);
          return (light + 0.05) / (dark + 0.05);
        }
        """;

    private Task<WatchedPage> OpenAsync(ColorScheme theme = ColorScheme.Light) => chromium.OpenAsync(server.Client.BaseAddress!, theme);

    private void AssertSound(WatchedPage page)
    {
        Assert.Empty(page.Errors);
        Assert.All(page.Requests.Where(request => request.Scheme != "blob"), request => Assert.Equal(server.Client.BaseAddress!.Authority, request.Authority));
    }
}

using Microsoft.Playwright;
using SelfSup.Curation;
using SelfSup.Encoders;
using SelfSup.Reports;
using SelfSup.Tests.Reports;
using SelfSup.Transfer;

namespace SelfSup.Browser.Tests;

/// <summary>A report opened from the disk in a browser.</summary>
public sealed class ReportTests(Chromium chromium) : IClassFixture<Chromium>, IDisposable
{
    private const int Images = 12;
    private const string CardName = ".card p";
    private static readonly Lazy<string> html = new(Write);
    private readonly TemporaryFolder folder = new();

    [ChromiumFact]
    public async Task Pointing_at_an_image_on_the_map_shows_its_name()
    {
        var page = await OpenAsync();
        var points = page.Page.Locator(".points use");
        Assert.Equal(Images, await points.CountAsync());
        for (var i = 0; i < Images; i++)
        {
            var name = await points.Nth(i).GetAttributeAsync("aria-label");
            await points.Nth(i).HoverAsync();
            Assert.Equal(name, await page.Page.Locator(CardName).InnerTextAsync());
        }
        Assert.Equal(5, await page.Page.Locator(".alike img").CountAsync());
        Assert.True(await page.Page.Locator(".card > img").EvaluateAsync<bool>("image => image.complete && image.naturalWidth === 128"));
        Assert.Empty(page.Errors);
    }

    [ChromiumFact]
    public async Task A_map_shows_neighbors_and_differences()
    {
        var page = await OpenAsync();
        var (views, first) = (page.Page.Locator(".map .view"), page.Page.Locator(".points use").First);
        Assert.Equal(["Neighbors", "Differences"], await views.AllInnerTextsAsync());
        Assert.Equal("true", await views.First.GetAttributeAsync("aria-pressed"));
        await first.HoverAsync();
        var (name, place) = (await page.Page.Locator(CardName).InnerTextAsync(), await first.GetAttributeAsync("x"));
        await views.Last.ClickAsync();
        Assert.NotEqual(place, await first.GetAttributeAsync("x"));
        Assert.Equal(await first.GetAttributeAsync("x"), await page.Page.Locator(".ring").GetAttributeAsync("cx"));
        Assert.Equal(name, await page.Page.Locator(CardName).InnerTextAsync()); // the chosen image stays chosen
        await views.First.ClickAsync();
        Assert.Equal(place, await first.GetAttributeAsync("x"));
        Assert.Empty(page.Errors);
    }

    [ChromiumFact]
    public async Task Arrow_keys_go_from_image_to_image()
    {
        var page = await OpenAsync();
        for (var tabs = 0; tabs < 30 && await FocusedAsync(page) is null; tabs++)
            await page.Page.Keyboard.PressAsync("Tab");
        var seen = new List<string>();
        foreach (var (key, sign) in new[] { ("ArrowLeft", -1), ("ArrowRight", 1) })
        {
            var from = await FocusedAsync(page);
            Assert.NotNull(from);
            while (true)
            {
                await page.Page.Keyboard.PressAsync(key);
                var to = await FocusedAsync(page);
                Assert.NotNull(to);
                if (to == from)
                    break;
                Assert.True(sign * (to.Value.X - from.Value.X) > 0, $"{key} went from {from} to {to}.");
                Assert.Equal(to.Value.Name, await page.Page.Locator(CardName).InnerTextAsync());
                seen.Add(to.Value.Name);
                from = to;
            }
        }
        Assert.True(seen.Distinct().Count() >= 3, string.Join("; ", seen));
        Assert.Empty(page.Errors);
    }

    [ChromiumFact]
    public async Task A_class_stands_out_when_its_key_is_pressed()
    {
        var page = await OpenAsync();
        await page.Page.Locator(".key").First.ClickAsync();
        Assert.Equal(Images / 2, await page.Page.Locator(".points .faint").CountAsync());
        Assert.Equal("true", await page.Page.Locator(".key").First.GetAttributeAsync("aria-pressed"));
        await page.Page.Locator(".key").First.ClickAsync();
        Assert.Equal(0, await page.Page.Locator(".points .faint").CountAsync());
    }

    [ChromiumFact]
    public async Task No_request_leaves_the_file()
    {
        var page = await OpenAsync();
        await page.Page.Locator(".points use").First.HoverAsync();
        await page.Page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        Assert.Equal("file", Assert.Single(page.Requests, request => request.Scheme != "data").Scheme); // the report itself
        Assert.Empty(page.Errors);
    }

    [ChromiumFact]
    public async Task A_name_that_is_markup_shows_as_text()
    {
        var page = await OpenAsync();
        var dialogs = 0;
        page.Page.Dialog += (_, dialog) =>
        {
            dialogs++;
            _ = dialog.DismissAsync();
        };
        await page.Page.ReloadAsync();
        Assert.Equal(NamedImages.Script, await page.Page.TitleAsync());
        Assert.Equal(NamedImages.Script, await page.Page.Locator("h1").InnerTextAsync());
        await page.Page.Locator(".points use").Nth(2).HoverAsync();
        Assert.Contains($"{NamedImages.Script}2, <b>cat</b>", await page.Page.Locator(CardName).InnerTextAsync());
        Assert.Equal(2, await page.Page.Locator("script").CountAsync()); // the map's data, and the report's own
        Assert.Equal(0, await page.Page.Locator("b").CountAsync());
        Assert.Equal(0, dialogs);
        Assert.Empty(page.Errors);
    }

    [ChromiumTheory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Text_can_be_read_in_both_themes(ColorScheme theme)
    {
        var page = await OpenAsync(theme);
        var luminance = await LuminanceAsync(page, "body", "backgroundColor");
        Assert.True(theme == ColorScheme.Dark ? luminance < 0.05 : luminance > 0.9, $"{theme}: {luminance}");
        // 4.5 is what WCAG asks of text.
        foreach (var part in new[] { "body", "header p", "nav a", ".picture figcaption", ".warnings li", "th", ".figures dt" })
        {
            var background = part == ".warnings li" ? await LuminanceAsync(page, ".warnings", "backgroundColor") : luminance;
            var text = await LuminanceAsync(page, part, "color");
            var contrast = (Math.Max(text, background) + 0.05) / (Math.Min(text, background) + 0.05);
            Assert.True(contrast >= 4.5, $"{part} in {theme}: {contrast}");
        }
    }

    [ChromiumFact]
    public async Task Paper_is_light_whatever_the_screen_is()
    {
        var page = await OpenAsync(ColorScheme.Dark);
        await page.Page.EmulateMediaAsync(new() { Media = Media.Print });
        Assert.Equal(1, await LuminanceAsync(page, "body", "backgroundColor"), 3);
        Assert.False(await page.Page.Locator("nav").IsVisibleAsync());
        Assert.NotEmpty(await page.Page.PdfAsync());
        Assert.Empty(page.Errors);
    }

    public void Dispose() => folder.Dispose();

    private Task<WatchedPage> OpenAsync(ColorScheme theme = ColorScheme.Light) =>
        chromium.OpenAsync(new Uri(folder.Write("report.html", System.Text.Encoding.UTF8.GetBytes(html.Value))), theme);

    private static string Write()
    {
        var source = new NamedImages(Images, image => $"{NamedImages.Script}{image}");
        using var encoder = new ConvNet(16);
        var pooled = FeatureLayer.Find(encoder, FeatureLayer.PooledName);
        using var features = FeatureExtractor.Extract(encoder, source, [pooled]);
        return new HtmlReport(NamedImages.Script, "A summary.")
            .Add(new ReportSection("Notes").AddWarnings(["Look here."]).AddFigures(("images", "12")).AddTable(["a", "b"], [["c", "1"]]))
            .AddSelection(source, [0, 1])
            .AddMap(source, features, pooled.Name, ImageLabels.Of(source), [0, 1])
            .ToHtml();
    }

    private static async Task<(string Name, double X)?> FocusedAsync(WatchedPage page)
    {
        var focused = page.Page.Locator(".points use:focus");
        return await focused.CountAsync() == 0
            ? null
            : ((await focused.GetAttributeAsync("aria-label"))!, double.Parse((await focused.GetAttributeAsync("x"))!, System.Globalization.CultureInfo.InvariantCulture));
    }

    // As WCAG defines it, 0 for black to 1 for white.
    private static Task<double> LuminanceAsync(WatchedPage page, string part, string property) => page.Page.Locator(part).First.EvaluateAsync<double>(
        """
        (element, property) => {
          const [red, green, blue] = getComputedStyle(element)[property].match(/[\d.]+/g).map(value => {
            const share = value / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
          });
          return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        }
        """,
        property);
}

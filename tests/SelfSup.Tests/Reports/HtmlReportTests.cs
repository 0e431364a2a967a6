using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using SelfSup.Curation;
using SelfSup.Reports;
using SelfSup.Tests.Curation;
using SelfSup.Transfer;

namespace SelfSup.Tests.Reports;

public partial class HtmlReportTests
{
    private const int MostBytes = 5_000_000;

    [Fact]
    public void NamesAreTextWhateverSignsTheyHave()
    {
        var html = WriteAll(new NamedImages(40, image => $"{NamedImages.Script}{image}"));
        Assert.DoesNotContain("<script>alert", html);
        Assert.DoesNotContain("<b>cat", html);
        Assert.Contains("&lt;script&gt;alert(&#39;name&#39;)&lt;/script&gt;&amp;&quot;quoted&quot;", html);
        Assert.Contains("&lt;b&gt;cat&lt;/b&gt;", html);
        Assert.Equal(["script", "script"], [.. Script().Matches(html).Select(match => match.Groups[1].Value)]); // the map's data, and the report's own
    }

    [Fact]
    public void NothingIsFetchedFromOutside()
    {
        var html = WriteAll(new NamedImages(40, image => $"https://example.org/{image}.jpg"));
        var addresses = Address().Matches(html).Select(match => match.Groups[1].Value).ToArray();
        Assert.True(addresses.Length > 80, $"{addresses.Length} addresses");
        Assert.All(addresses, address => Assert.Matches("^(data:|#)", address));
        Assert.DoesNotContain("url(", html);
        Assert.DoesNotContain("@import", html);
        Assert.Contains("default-src 'none'; img-src data:;", html);
    }

    [Fact]
    public void OnlyTheReportsOwnScriptMayRun()
    {
        var html = new HtmlReport("Title").ToHtml();
        var script = OwnScript().Match(html).Groups[1].Value;
        Assert.Contains("querySelectorAll", script);
        Assert.Contains($"script-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))}'", html);
    }

    [Fact]
    public void TwoThousandImagesOfNoiseStayUnderFiveMegabytes()
    {
        using var features = TestFeatures.SetOf(TestFeatures.Heaps(2500, 20, 0.5));
        var source = new NamedImages(2500, image => $"some/folder/of/photos/photo number {image}.jpg");
        var html = new HtmlReport("Photos")
            .AddMap(source, features, TestFeatures.Layer, ImageLabels.Of(source), marked: [0, 2499])
            .AddSelection(source, [.. Enumerable.Range(0, 60)])
            .ToHtml();
        Assert.InRange(Encoding.UTF8.GetByteCount(html), MostBytes / 4, MostBytes);
        Assert.Equal(2000, Regex.Count(html, "role=\"img\" aria-label=\"some/folder"));
        Assert.Contains("aria-label=\"some/folder/of/photos/photo number 2499.jpg, dog, chosen\"", html);
    }

    [Fact]
    public void TheSameSectionsGiveTheSameFile()
    {
        var source = new NamedImages(40, image => $"{image}");
        Assert.Equal(WriteAll(source), WriteAll(source));
    }

    [Fact]
    public void AnImageThatCannotBeReadIsNamedInItsPlace()
    {
        var html = new HtmlReport("Photos").AddSelection(new NamedImages(3, image => $"photo {image}") { Unreadable = 1 }, [0, 1, 2]).ToHtml();
        Assert.Equal(2, Regex.Count(html, "<img "));
        Assert.Contains("aria-label=\"photo 1\">cannot be read", html);
    }

    [Fact]
    public void SectionsOfAnAppsOwnAreWrittenInOrder()
    {
        using var folder = new TemporaryFolder();
        var section = new ReportSection("Notes & more")
            .AddText("First <text>.").AddHeading("Then").AddFigures(("speed", "12 images/s"))
            .AddWarnings(["Look here."]).AddWarnings([]).AddTable(["name", "count"], [["cat", "3"], ["dog", "4"]]);
        new HtmlReport("Title", "Summary").Add(section).Save(folder["new/report.html"]);
        var html = File.ReadAllText(folder["new/report.html"]);
        Assert.Matches(
            "(?s)<h1>Title</h1><p>Summary</p>.*<a href=\"#section-1\">Notes &amp; more</a>.*<h2[^>]*>Notes &amp; more</h2>.*First &lt;text&gt;.*<h3>Then</h3>"
            + ".*<dt>speed</dt><dd>12 images/s</dd>.*<li>Look here.</li>.*<td>dog</td><td class=\"number\">4</td>",
            html);
        Assert.Equal(1, Regex.Count(html, "<ul class=\"warnings\""));
    }

    private static string WriteAll(NamedImages source)
    {
        using var features = TestFeatures.SetOf(TestFeatures.Heaps(source.Count, 2, 0.5));
        return new HtmlReport(NamedImages.Script, NamedImages.Script)
            .AddSelection(source, [0, 1, 2])
            .AddDuplicates(source, [new([3, 4, 5], 4, DuplicateMatch.Features, 0.2), new([6, 7], 6, DuplicateMatch.File, 0)])
            .AddNeighbors(source, new ImageSearch(features, new FeatureLayer(TestFeatures.Layer, 0, 1, 16)), [8, 9])
            .AddClusters(source, ImageClusters.Find(features, TestFeatures.Layer, source, 2))
            .AddLabelIssues(source, LabelIssues.Find(features, TestFeatures.Layer, source))
            .AddOutliers(source, Outliers.Rank(features, TestFeatures.Layer), 5)
            .AddMap(source, features, TestFeatures.Layer, ImageLabels.Of(source), [0, 1, 2])
            .ToHtml();
    }

    [GeneratedRegex("<(script)")]
    private static partial Regex Script();

    [GeneratedRegex("(?:src|href|action|poster)=\"([^\"]{0,40})")]
    private static partial Regex Address();

    [GeneratedRegex("<script>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex OwnScript();
}

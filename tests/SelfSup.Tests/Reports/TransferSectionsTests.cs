using System.Text.RegularExpressions;
using SelfSup.Comparisons;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Reports;
using SelfSup.Transfer;

namespace SelfSup.Tests.Reports;

public class TransferSectionsTests
{
    [Fact]
    public void ATransferReportIsShownInAllItsParts()
    {
        using var encoder = new ConvNet(16);
        var transfer = TransferReport.Evaluate(
            encoder, new Transfer.TestImages(30, 3, seed: 1), new Transfer.TestImages(30, 3, seed: 2), new() { Stage = "stage1", LabelsPerClass = [1, 2, 8], Draws = 2 });
        var html = new HtmlReport("Transfer").AddTransfer(transfer).ToHtml();
        Assert.Contains($"<dt>test accuracy</dt><dd>{Figure.Percent(transfer.Probe.Best.TestAccuracy!.Value)}</dd>", html);
        var untrained = transfer.Probe.Rows.Single(row => row.Features == ProbeRow.RandomWeights).TestAccuracy;
        Assert.Equal(untrained >= transfer.Probe.Best.TestAccuracy, html.Contains("no better here than the same network untrained"));
        // Every line has a mark for each number of labels, and its name at its end.
        foreach (var line in transfer.LabelEfficiency)
        {
            Assert.Equal(3, Regex.Count(html, $"<title>{line.Name}, \\d"));
            Assert.Single(Regex.Matches(html, $"<text class=\"name series-\\d\"[^>]*>{line.Name}</text>"));
        }
        Assert.Single(Regex.Matches(html, "<text class=\"name plain\"[^>]*>chance</text>"));
        Assert.Equal(3 * 3, Regex.Count(MatrixOf(html), "<td") - 4); // beside the corner and the sums
        Assert.Contains("stage1", html);
    }

    [Fact]
    public void AComparisonNamesWhatIsRecommendedAndWhy()
    {
        using var comparison = EncoderComparison.Run(
            [new("small", () => new ConvNet(16)), new("<other>", () => new ConvNet(16, seed: 2))],
            new ProceduralImages(16), new Transfer.TestImages(12, 3), new() { Time = TimeSpan.FromSeconds(5) });
        var html = new HtmlReport("Comparison").AddComparison(comparison).ToHtml();
        Assert.Contains(Html.Of($"<dt>use</dt><dd>{comparison.Recommended.Name}</dd>").Text, html);
        Assert.Contains(Html.Of($"{comparison.Reason}").Text, html);
        Assert.Contains("&lt;other&gt;", html);
        Assert.All(comparison.Rows, row => Assert.Contains(Figure.Percent(row.Linear!.Value, row.LinearDeviation), html));
    }

    private static string MatrixOf(string html)
    {
        var start = html.IndexOf("<table class=\"matrix\">", StringComparison.Ordinal);
        return html[start..html.IndexOf("</table>", start, StringComparison.Ordinal)];
    }
}

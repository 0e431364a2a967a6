using SelfSup.Encoders;
using SelfSup.Plots;
using SelfSup.Runtime;
using SelfSup.Transfer;
using SkiaSharp;

namespace SelfSup.Tests.Transfer;

public class LabelEfficiencyPlotTests
{
    [FontFact]
    public void ThePictureShowsEveryLine()
    {
        using var folder = new TemporaryFolder();
        LabelEfficiencyPlot.SavePng(Evaluate([1, 2, 8]), folder["plots/labels.png"]);
        using var picture = SKBitmap.Decode(folder["plots/labels.png"]);
        Assert.Equal((900, 600), (picture.Width, picture.Height));
        // Every line's color is there, in the legend if another line covers it.
        var palette = new ScottPlot.Palettes.Category10();
        foreach (var color in Enumerable.Range(0, 3).Select(palette.GetColor))
            Assert.Contains(new SKColor(color.R, color.G, color.B), picture.Pixels);
        // The title's letters: dark dots above the frame of the diagram.
        Assert.Contains(Enumerable.Range(0, 25 * picture.Width), i => picture.GetPixel(i % picture.Width, i / picture.Width).Red < 100);
    }

    [Fact]
    public void WithoutPointsThereIsNoPlot()
    {
        var error = Assert.Throws<ArgumentException>(() => LabelEfficiencyPlot.SavePng(Evaluate([50]), "never.png"));
        Assert.Contains("too few images", error.Message);
    }

    private static TransferReport Evaluate(int[] counts)
    {
        using var encoder = new ConvNet(16);
        return TransferReport.Evaluate(
            encoder, new TestImages(30, 3, seed: 1), new TestImages(30, 3, seed: 2),
            new() { Stage = "stage1", LabelsPerClass = counts, Draws = 2 });
    }

    /// <summary>A test that needs a font on the machine.</summary>
    private sealed class FontFactAttribute : FactAttribute
    {
        public FontFactAttribute()
        {
            try
            {
                SystemFont.Require();
            }
            catch (InvalidOperationException e)
            {
                Skip = e.Message;
            }
        }
    }
}

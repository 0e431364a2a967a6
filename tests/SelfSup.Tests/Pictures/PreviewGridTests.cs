using SelfSup.Data;
using SelfSup.Previews;
using static TorchSharp.torch;

namespace SelfSup.Tests.Pictures;

/// <summary>Pictures with captions and a legend, of which nothing is cut.</summary>
public class PreviewGridTests
{
    [Theory]
    [InlineData("right mirrored: right mirrored", 96, "right mirrored:|right mirrored")]
    [InlineData("90\nmodel: 270", 96, "90|model: 270")]
    [InlineData("a-word-that-is-longer-than-any-line", 96, "a-word-that-is-l|onger-than-any-l|ine")]
    [InlineData("", 96, "")]
    public void CaptionsAreBrokenBetweenWords(string text, int width, string expected)
    {
        var lines = CaptionLines.Wrap(text, width);
        Assert.Equal(expected, string.Join('|', lines));
        Assert.Equal(text.Replace(" ", "").Replace("\n", ""), string.Concat(lines).Replace(" ", ""));
        Assert.All(lines, line => Assert.InRange(line.Length * CaptionLines.CharacterWidth, 0, width));
    }

    [Fact]
    public void EveryCaptionIsInThePictureWholeAndTheLegendAboveIt()
    {
        using var folder = new TemporaryFolder();
        using var scope = NewDisposeScope();
        var plain = Save(folder, "plain", "", "short");
        var legend = Save(folder, "legend", "What there is to see, and what the colors of the frames mean. Green is right.", "short");
        var two = Save(folder, "two", "", "a caption of more words than there is room for in one line");
        Assert.True(legend.Height > plain.Height && legend.Width >= 420);
        Assert.True(two.Height > plain.Height);
        Assert.Equal(two.Width, plain.Width);
        // A word too wide for its image widens the column.
        Assert.True(Save(folder, "wide", "", "a-caption-of-one-long-word-alone").Width > plain.Width);
    }

    [Fact]
    public void RowsAboutAnImageBeginWithIt()
    {
        using var scope = NewDisposeScope();
        var images = TestImages.Colorful(3, 16);
        var grid = new PreviewGrid();
        grid.AddRow(new PreviewCell(images[0], "alone"));
        grid.AddRowOf(2, new PreviewCell(images[1], "answer"));
        grid.AddOriginals(images);
        Assert.Equal(["alone"], grid.Rows[0].Select(cell => cell.Caption));
        Assert.Equal(["original", "answer"], grid.Rows[1].Select(cell => cell.Caption));
        Assert.True(grid.Rows[1][0].Pixels.Span.SequenceEqual(new PreviewCell(images[2]).Pixels.Span));
    }

    private static (int Width, int Height) Save(TemporaryFolder folder, string name, string legend, string caption)
    {
        var grid = new PreviewGrid { Legend = legend };
        grid.AddRow(new PreviewCell(TestImages.Colorful(1, 32)[0], caption));
        grid.SavePng(folder[$"{name}.png"]);
        var bytes = File.ReadAllBytes(folder[$"{name}.png"]);
        return (Number(16), Number(20));

        int Number(int at) => System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(at));
    }

    [Fact]
    public void EveryCharacterOfAsciiHasAPictureOfItsOwn()
    {
        string[] pictures = [.. Enumerable.Range(' ', '~' - ' ' + 1).Select(code => Draw((char)code))];
        // Capitals look like small letters.
        Assert.Equal(pictures.Length - 26, pictures.Distinct().Count());
        Assert.Equal(Draw('?'), Draw('\u00e9'));

        static string Draw(char character) => string.Concat(
            from y in Enumerable.Range(0, CaptionFont.Height) from x in Enumerable.Range(0, CaptionFont.Width) select CaptionFont.IsSet(character, x, y) ? '#' : '.');
    }
}

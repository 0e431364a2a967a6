using SelfSup.Data;

namespace SelfSup.Previews;

/// <summary>A white picture to draw framed images and text on.</summary>
internal sealed class PreviewCanvas
{
    private readonly int width;
    private readonly int height;
    private readonly byte[] pixels;

    public PreviewCanvas(int width, int height)
    {
        (this.width, this.height) = (width, height);
        pixels = new byte[width * height * 3];
        Array.Fill(pixels, byte.MaxValue);
    }

    /// <summary>Draws an image in a frame.</summary>
    /// <param name="cell">The image.</param>
    /// <param name="scale">By which whole factor it is magnified.</param>
    /// <param name="left">Leftmost column of the frame.</param>
    /// <param name="top">Topmost row of the frame.</param>
    /// <param name="frame">Width of the frame in pixels.</param>
    public void Draw(PreviewCell cell, int scale, int left, int top, int frame)
    {
        (byte, byte, byte) color = cell.Mark switch
        {
            PreviewMark.Right => (40, 160, 60),
            PreviewMark.Wrong => (210, 40, 40),
            _ => (225, 225, 225),
        };
        int innerWidth = cell.Width * scale, innerHeight = cell.Height * scale;
        for (var y = -frame; y < innerHeight + frame; y++)
        {
            for (var x = -frame; x < innerWidth + frame; x++)
            {
                var inside = y >= 0 && y < innerHeight && x >= 0 && x < innerWidth;
                var source = inside ? (y / scale * cell.Width + x / scale) * 3 : 0;
                Set(left + frame + x, top + frame + y, inside ? (cell.Pixels.Span[source], cell.Pixels.Span[source + 1], cell.Pixels.Span[source + 2]) : color);
            }
        }
    }

    /// <summary>Draws lines of text.</summary>
    public void Draw(IReadOnlyList<string> lines, int left, int top)
    {
        foreach (var (row, line) in lines.Index())
        {
            for (var i = 0; i < line.Length; i++)
            {
                for (var dot = 0; dot < CaptionFont.Width * CaptionFont.Height; dot++)
                {
                    var (y, x) = Math.DivRem(dot, CaptionFont.Width);
                    if (CaptionFont.IsSet(line[i], x, y))
                        Set(left + i * CaptionLines.CharacterWidth + x, top + row * CaptionLines.LineHeight + y, (30, 30, 30));
                }
            }
        }
    }

    /// <summary>Writes the picture.</summary>
    public void Save(string path) => PngFile.Write(path, width, height, pixels);

    private void Set(int x, int y, (byte R, byte G, byte B) color)
    {
        var at = (y * width + x) * 3;
        (pixels[at], pixels[at + 1], pixels[at + 2]) = color;
    }
}

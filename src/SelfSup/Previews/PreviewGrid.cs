using SelfSup.Data;

namespace SelfSup.Previews;

/// <summary>A picture made of captioned images in rows.</summary>
public sealed class PreviewGrid
{
    private const int Gap = 6;
    private const int Frame = 3;
    private const int SmallestShownSide = 96;
    private const int CaptionHeight = CaptionFont.Height + 4;
    private readonly List<List<PreviewCell>> rows = [];

    /// <summary>The rows of cells, top to bottom.</summary>
    public IReadOnlyList<IReadOnlyList<PreviewCell>> Rows => rows;

    /// <summary>Adds a row.</summary>
    /// <param name="cells">The cells, left to right.</param>
    public void AddRow(params IEnumerable<PreviewCell> cells) => rows.Add([.. cells]);

    /// <summary>Draws the grid into a PNG file, small images magnified by a whole factor.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <exception cref="InvalidOperationException">The grid is empty.</exception>
    public void SavePng(string path)
    {
        if (rows.Sum(row => row.Count) == 0)
            throw new InvalidOperationException("The preview has no images.");
        var cellWidth = rows.Max(row => row.Count == 0 ? 0 : row.Max(cell => cell.Width * ScaleOf(cell))) + 2 * Frame;
        var rowHeights = rows.Select(row => row.Count == 0
            ? 0
            : row.Max(cell => cell.Height * ScaleOf(cell)) + 2 * Frame + CaptionHeight).ToArray();
        var width = rows.Max(row => row.Count) * (cellWidth + Gap) + Gap;
        var height = rowHeights.Sum(rowHeight => rowHeight + Gap) + Gap;
        var pixels = new byte[width * height * 3];
        Array.Fill(pixels, (byte)255);
        var top = Gap;
        for (var r = 0; r < rows.Count; r++)
        {
            for (var c = 0; c < rows[r].Count; c++)
                Draw(rows[r][c], pixels, width, Gap + c * (cellWidth + Gap), top, cellWidth);
            top += rowHeights[r] + Gap;
        }
        PngFile.Write(path, width, height, pixels);
    }

    private static int ScaleOf(PreviewCell cell) => Math.Max(1, (SmallestShownSide + cell.Height / 2) / cell.Height);

    private static void Draw(PreviewCell cell, byte[] picture, int pictureWidth, int left, int top, int cellWidth)
    {
        var scale = ScaleOf(cell);
        int width = cell.Width * scale, height = cell.Height * scale;
        (byte, byte, byte) frame = cell.Mark switch
        {
            PreviewMark.Right => (40, 160, 60),
            PreviewMark.Wrong => (210, 40, 40),
            _ => (225, 225, 225),
        };
        for (var y = 0; y < height + 2 * Frame; y++)
        {
            for (var x = 0; x < width + 2 * Frame; x++)
            {
                var inside = y >= Frame && y < height + Frame && x >= Frame && x < width + Frame;
                var source = inside ? ((y - Frame) / scale * cell.Width + (x - Frame) / scale) * 3 : 0;
                var color = inside ? (cell.Pixels.Span[source], cell.Pixels.Span[source + 1], cell.Pixels.Span[source + 2]) : frame;
                Set(picture, ((top + y) * pictureWidth + left + x) * 3, color);
            }
        }
        var textTop = top + height + 2 * Frame + 2;
        var fitting = Math.Min(cell.Caption.Length, cellWidth / (CaptionFont.Width + 1));
        for (var i = 0; i < fitting; i++)
        {
            for (var y = 0; y < CaptionFont.Height; y++)
            {
                for (var x = 0; x < CaptionFont.Width; x++)
                {
                    if (CaptionFont.IsSet(cell.Caption[i], x, y))
                        Set(picture, ((textTop + y) * pictureWidth + left + Frame + i * (CaptionFont.Width + 1) + x) * 3, (30, 30, 30));
                }
            }
        }
    }

    private static void Set(byte[] picture, int at, (byte R, byte G, byte B) color) =>
        (picture[at], picture[at + 1], picture[at + 2]) = color;
}

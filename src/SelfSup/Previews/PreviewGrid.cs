using static TorchSharp.torch;

namespace SelfSup.Previews;

/// <summary>A picture made of captioned images in rows, with a legend above them.</summary>
public sealed class PreviewGrid
{
    private const int Gap = 6;
    private const int Frame = 3;
    private const int SmallestShownSide = 128;
    private const int SmallestWidth = 420; // so that a legend has some words a line
    private readonly List<List<PreviewCell>> rows = [];
    private readonly Dictionary<int, int> imageOfRow = [];

    /// <summary>What the picture shows, in a sentence or some, in ASCII; it stands above the rows, broken into lines.</summary>
    public string Legend { get; set; } = "";

    /// <summary>The rows of cells, top to bottom.</summary>
    public IReadOnlyList<IReadOnlyList<PreviewCell>> Rows => rows;

    /// <summary>Adds a row.</summary>
    /// <param name="cells">The cells, left to right.</param>
    public void AddRow(params IEnumerable<PreviewCell> cells) => rows.Add([.. cells]);

    /// <summary>Adds a row about one image: the pictures that a run draws begin the row with the image as it is.</summary>
    /// <param name="image">Which image of those that the batch was made of, from 0.</param>
    /// <param name="cells">The cells, left to right.</param>
    public void AddRowOf(int image, params IEnumerable<PreviewCell> cells)
    {
        imageOfRow[rows.Count] = image;
        AddRow(cells);
    }

    /// <summary>Draws the grid into a PNG file, small images magnified by a whole factor.</summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <exception cref="InvalidOperationException">The grid is empty.</exception>
    public void SavePng(string path)
    {
        if (rows.Sum(row => row.Count) == 0)
            throw new InvalidOperationException("The preview has no images.");
        int[] columns = [.. Enumerable.Range(0, rows.Max(row => row.Count)).Select(column =>
            rows.Where(row => row.Count > column).Max(row => WidthOf(row[column])))];
        var gridWidth = columns.Sum(column => column + Gap) + Gap;
        var width = Legend.Length == 0 ? gridWidth : Math.Max(gridWidth, SmallestWidth);
        var legend = CaptionLines.Wrap(Legend, width - 2 * Gap);
        var top = legend.Count == 0 ? Gap : legend.Count * CaptionLines.LineHeight + 2 * Gap;
        var canvas = new PreviewCanvas(width, top + rows.Sum(row => HeightOf(row, columns)));
        canvas.Draw(legend, Gap, Gap);
        foreach (var row in rows)
        {
            var left = Gap;
            foreach (var (cell, column) in row.Zip(columns))
            {
                canvas.Draw(cell, ScaleOf(cell), left, top, Frame);
                canvas.Draw(CaptionLines.Wrap(cell.Caption, column), left, top + cell.Height * ScaleOf(cell) + 2 * Frame + 2);
                left += column + Gap;
            }
            top += HeightOf(row, columns);
        }
        canvas.Save(path);
    }

    /// <summary>Begins every row about one image with that image.</summary>
    /// <param name="images">The images that the batch was made of, uint8 (N, 3, S, S), or clips (N, T, 3, S, S). Borrowed.</param>
    internal void AddOriginals(Tensor images)
    {
        foreach (var (row, image) in imageOfRow)
        {
            using var original = images[image];
            rows[row].Insert(0, new PreviewCell(original, "original"));
        }
        imageOfRow.Clear();
    }

    private static int ScaleOf(PreviewCell cell) => Math.Max(1, (SmallestShownSide + cell.Height / 2) / cell.Height);

    private static int WidthOf(PreviewCell cell) => Math.Max(cell.Width * ScaleOf(cell) + 2 * Frame, CaptionLines.WidestWord(cell.Caption));

    private static int HeightOf(List<PreviewCell> row, int[] columns) => row.Count == 0
        ? 0
        : row.Zip(columns).Max(pair => pair.First.Height * ScaleOf(pair.First) + CaptionLines.Wrap(pair.First.Caption, pair.Second).Count * CaptionLines.LineHeight)
            + 2 * Frame + 2 + Gap;
}

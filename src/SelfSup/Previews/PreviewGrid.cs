namespace SelfSup.Previews;

/// <summary>A picture made of captioned images in rows.</summary>
public sealed class PreviewGrid
{
    private readonly List<List<PreviewCell>> rows = [];

    /// <summary>The rows of cells, top to bottom.</summary>
    public IReadOnlyList<IReadOnlyList<PreviewCell>> Rows => rows;

    /// <summary>Adds a row.</summary>
    /// <param name="cells">The cells, left to right.</param>
    public void AddRow(params IEnumerable<PreviewCell> cells) => rows.Add([.. cells]);
}

using SelfSup.Data;

namespace SelfSup.Reports;

/// <summary>A part of a report under a heading: texts, figures, tables and pictures, in the order in which they are added.</summary>
/// <param name="title">The heading.</param>
public sealed class ReportSection(string title)
{
    private readonly List<Html> blocks = [];

    /// <summary>The heading.</summary>
    public string Title { get; } = title;

    internal IReadOnlyList<Html> Blocks => blocks;

    /// <summary>Adds a paragraph.</summary>
    /// <param name="text">Plain text.</param>
    /// <returns>This section, to add more.</returns>
    public ReportSection AddText(string text) => Add(Html.Of($"<p>{text}</p>"));

    /// <summary>Adds a heading within the section.</summary>
    /// <param name="text">Plain text.</param>
    /// <returns>This section, to add more.</returns>
    public ReportSection AddHeading(string text) => Add(Html.Of($"<h3>{text}</h3>"));

    /// <summary>Adds warnings, each in a line of its own; none adds nothing.</summary>
    /// <param name="warnings">Plain texts.</param>
    /// <returns>This section, to add more.</returns>
    public ReportSection AddWarnings(IEnumerable<string> warnings)
    {
        Html[] lines = [.. warnings.Select(warning => Html.Of($"<li>{warning}</li>"))];
        return lines.Length == 0 ? this : Add(Html.Of($"<ul class=\"warnings\" aria-label=\"Warnings\">{lines}</ul>"));
    }

    /// <summary>Adds a row of figures that tell most, in large print.</summary>
    /// <param name="figures">What each is, and its value with its unit.</param>
    /// <returns>This section, to add more.</returns>
    public ReportSection AddFigures(params IEnumerable<(string Name, string Value)> figures) =>
        Add(Html.Of($"<dl class=\"figures\">{figures.Select(figure => Html.Of($"<div><dt>{figure.Name}</dt><dd>{figure.Value}</dd></div>"))}</dl>"));

    /// <summary>Adds a table.</summary>
    /// <param name="titles">The columns' titles.</param>
    /// <param name="rows">The cells, as many a row as there are titles.</param>
    /// <param name="words">How many columns, from the first, are words; the others are numbers, and stand right.</param>
    /// <returns>This section, to add more.</returns>
    public ReportSection AddTable(IReadOnlyList<string> titles, IEnumerable<IReadOnlyList<string>> rows, int words = 1) =>
        Add(Table.Write(Title, titles, rows.Select(row => row.Select(cell => Html.Of($"{cell}")).ToArray()), words));

    /// <summary>Adds pictures with their names, side by side.</summary>
    /// <param name="source">The images.</param>
    /// <param name="images">Which of them.</param>
    /// <param name="note">A second line below a picture; null for none.</param>
    /// <returns>This section, to add more.</returns>
    public ReportSection AddPictures(IImageSource source, IEnumerable<int> images, Func<int, string>? note = null) =>
        Add(Gallery.Of(images.Select(image => Gallery.Picture(source, image, note?.Invoke(image)))));

    internal ReportSection Add(Html block)
    {
        blocks.Add(block);
        return this;
    }
}

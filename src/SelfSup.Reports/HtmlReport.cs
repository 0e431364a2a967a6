namespace SelfSup.Reports;

/// <summary>
/// A report as one HTML file: pictures are in it, and nothing is fetched from outside, so that it opens from a disk or a mail. It follows the
/// reader's light or dark theme, and prints.
/// </summary>
/// <remarks>
/// Its sections come from <see cref="RunSections"/>, <see cref="TransferSections"/>, <see cref="CurationSections"/> and
/// <see cref="MapSection"/>, or are of the app's own. They are drawn when they are added; what they are of may be disposed afterwards. The same
/// sections give the same file.
/// </remarks>
public sealed class HtmlReport
{
    private readonly List<ReportSection> sections = [];
    private readonly string title;
    private readonly string? summary;

    /// <summary>Begins a report.</summary>
    /// <param name="title">What it is of. Plain text, as all text in a report.</param>
    /// <param name="summary">A sentence or two below the title; null for none.</param>
    public HtmlReport(string title, string? summary = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(title);
        (this.title, this.summary) = (title, summary);
    }

    /// <summary>Adds a section below the others.</summary>
    /// <param name="section">The section.</param>
    /// <returns>This report, to add more.</returns>
    public HtmlReport Add(ReportSection section)
    {
        sections.Add(section);
        return this;
    }

    /// <summary>Writes the report.</summary>
    /// <returns>A whole HTML document.</returns>
    public string ToHtml() => Page.Write(title, summary, sections).Text;

    /// <summary>Writes the report to a file; an existing one is replaced.</summary>
    /// <param name="path">The file, <c>.html</c> by custom; its folder is created if missing.</param>
    public void Save(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.WriteAllText(path, ToHtml());
    }
}

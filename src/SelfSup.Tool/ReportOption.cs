using System.CommandLine;
using SelfSup.Reports;
using SelfSup.Samples;

namespace SelfSup.Tool;

/// <summary>The option that asks for an HTML file of what was found.</summary>
internal sealed class ReportOption
{
    /// <summary>The option.</summary>
    public Option<string?> Option { get; } = Options.NewFile("--report", "Write a report here too, an HTML file with pictures.");

    /// <summary>Where the report goes; null for nowhere.</summary>
    public string? FileOf(ParseResult given) => given.GetValue(Option);

    /// <summary>Writes the report, if one is asked for.</summary>
    public void Write(ParseResult given, string title, Func<HtmlReport, HtmlReport> fill)
    {
        if (FileOf(given) is { } file)
            Write(file, fill(new HtmlReport(title)));
    }

    /// <summary>Writes a report.</summary>
    public static void Write(string file, HtmlReport report)
    {
        report.Save(file);
        Screen.Say($"Wrote {file}, a report to open in a browser.");
    }
}

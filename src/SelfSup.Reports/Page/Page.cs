using System.Security.Cryptography;
using System.Text;

namespace SelfSup.Reports;

/// <summary>The document around the sections. Browsers are told to load nothing and to run no script but the report's own.</summary>
internal static class Page
{
    public static Html Write(string title, string? summary, IReadOnlyList<ReportSection> sections)
    {
        var (style, script) = (Resource("page.css"), Resource("page.js"));
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        var contents = sections.Select((section, i) => Html.Of($"<li><a href=\"#section-{i + 1}\">{section.Title}</a></li>\n"));
        return Html.Of($"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{Html.Raw(hash)}'">
            <link rel="icon" href="data:,">
            <title>{title}</title>
            <style>{Html.Raw(style)}</style>
            </head>
            <body>
            {Series.Shapes}
            <header><h1>{title}</h1>{(summary is null ? Html.Empty : Html.Of($"<p>{summary}</p>"))}</header>
            <nav aria-label="Sections"><ol>
            {contents}</ol></nav>
            <main>
            {sections.Select(Write)}</main>
            <footer>Made by SelfSup. Everything is in this file.</footer>
            <script>{Html.Raw(script)}</script>
            </body>
            </html>

            """);
    }

    private static Html Write(ReportSection section, int number) => Html.Of($"""
        <section id="section-{number + 1}" aria-labelledby="heading-{number + 1}">
        <h2 id="heading-{number + 1}">{section.Title}</h2>
        {section.Blocks}
        </section>

        """);

    // The hash is of what browsers read, where a line ends with one sign.
    private static string Resource(string name)
    {
        using var reader = new StreamReader(typeof(Page).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}

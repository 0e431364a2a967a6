using System.Text;
using Spectre.Console;

namespace SelfSup.Samples;

/// <summary>What the programs write: on a terminal with colors and a line of progress in place, in a log plain lines alone.</summary>
internal static class Screen
{
    private static IAnsiConsole lines = Create(Console.Out, Console.IsOutputRedirected);
    private static IAnsiConsole besides = Create(Console.Error, Console.IsErrorRedirected);
    private static IAnsiConsole errors = OnOneLine(Create(Console.Error, Console.IsErrorRedirected));

    /// <summary>Standard output.</summary>
    public static TextWriter Output { get; private set; } = Console.Out;

    /// <summary>The most characters of a line.</summary>
    public static int Width => lines.Profile.Width;

    /// <summary>Keeps standard output for a document: from now on all lines go to standard error.</summary>
    public static void KeepOutputForDocument()
    {
        lines = besides;
        // Other programs read documents in UTF-8, whatever this system writes on its screens.
        if (Output == Console.Out && Console.IsOutputRedirected)
            Output = new StreamWriter(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
    }

    /// <summary>Writes to other places than standard output and standard error.</summary>
    /// <param name="output">In place of standard output.</param>
    /// <param name="error">In place of standard error.</param>
    /// <param name="width">The most characters of a line; an error is one line all the same.</param>
    public static void WriteTo(TextWriter output, TextWriter error, int width)
    {
        (Output, lines, besides) = (output, Create(output, isRedirected: true), Create(error, isRedirected: true));
        (lines.Profile.Width, besides.Profile.Width) = (width, width);
        errors = OnOneLine(Create(error, isRedirected: true));
    }

    /// <summary>Writes nothing from here on but errors.</summary>
    public static void Mute() => (Output, lines) = (TextWriter.Null, Create(TextWriter.Null, isRedirected: true));

    /// <summary>Writes a paragraph, which a terminal breaks between words; an empty one is a blank line.</summary>
    public static void Say(string text = "") => lines.WriteLine(text);

    /// <summary>Writes a warning.</summary>
    public static void Warn(string text) => lines.MarkupLineInterpolated($"[yellow]warning:[/] {text}");

    /// <summary>Writes a command to copy, which is not broken into lines.</summary>
    public static void SayCommand(string command) => lines.Profile.Out.Writer.WriteLine($"  {command}");

    /// <summary>Writes text that has its lines already, such as a report of the library; a terminal breaks those that are too long for it.</summary>
    public static void SayLines(string text)
    {
        foreach (var line in text.TrimEnd().Split(Environment.NewLine))
            lines.WriteLine(line);
    }

    /// <summary>Writes an error, in one line.</summary>
    public static void Fail(string message) => errors.MarkupLineInterpolated($"[red]error:[/] {message.ReplaceLineEndings(" ")}");

    /// <summary>Writes a table: the first columns are words, the others numbers.</summary>
    public static void Show(int words, string[] titles, IEnumerable<string[]> rows)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var (i, title) in titles.Index())
            table.AddColumn(new TableColumn(new Text(title)) { Alignment = i < words ? Justify.Left : Justify.Right });
        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(cell)));
        lines.Write(table);
    }

    /// <summary>Does some work with a line that tells how far it is, and that goes when the work ends.</summary>
    public static async Task<T> TrackAsync<T>(Func<ProgressLine, Task<T>> work)
    {
        // Only a line of a terminal can be drawn anew in place.
        if (!lines.Profile.Capabilities.Ansi)
            return await work(new ProgressLine(line => lines.WriteLine(line)));
        T result = default!;
        await lines.Live(Text.Empty).AutoClear(true).StartAsync(async live =>
            result = await work(new ProgressLine(live, lines.Profile.Width - 1, lines.Profile.Capabilities.Unicode)));
        return result;
    }

    private static IAnsiConsole Create(TextWriter writer, bool isRedirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isRedirected ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = isRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
        });
        return isRedirected ? OnOneLine(console) : console; // a log has lines of any length
    }

    private static IAnsiConsole OnOneLine(IAnsiConsole console)
    {
        console.Profile.Width = short.MaxValue;
        return console;
    }
}

using Spectre.Console;

namespace SelfSup.Samples;

/// <summary>What the samples write: on a terminal with colors and a line of progress in place, in a log plain lines alone.</summary>
internal static class Screen
{
    private static IAnsiConsole Output { get; set; } = Create(Console.Out, Console.IsOutputRedirected);
    private static readonly IAnsiConsole Errors = Create(Console.Error, Console.IsErrorRedirected);

    /// <summary>Whether a line can be drawn anew in place.</summary>
    private static bool IsTerminal => !Console.IsOutputRedirected && Output.Profile.Capabilities.Ansi;

    /// <summary>Writes nothing from here on but errors.</summary>
    public static void Mute() => Output = Create(TextWriter.Null, isRedirected: true);

    /// <summary>Writes a paragraph, which a terminal breaks between words; an empty one is a blank line.</summary>
    public static void Say(string text = "") => Output.WriteLine(text);

    /// <summary>Writes a warning.</summary>
    public static void Warn(string text) => Output.MarkupLineInterpolated($"[yellow]warning:[/] {text}");

    /// <summary>Writes a command to copy, which is not broken into lines.</summary>
    public static void SayCommand(string command) => Output.Profile.Out.Writer.WriteLine($"  {command}");

    /// <summary>Writes text that has its lines already, such as a report of the library; a terminal breaks those that are too long for it.</summary>
    public static void SayLines(string text)
    {
        foreach (var line in text.TrimEnd().Split(Environment.NewLine))
            Output.WriteLine(line);
    }

    /// <summary>Writes an error, in one line.</summary>
    public static void Fail(string message) => Errors.MarkupLineInterpolated($"[red]error:[/] {message.ReplaceLineEndings(" ")}");

    /// <summary>Writes a table: the first columns are words, the others numbers.</summary>
    public static void Show(int words, string[] titles, IEnumerable<string[]> rows)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var (i, title) in titles.Index())
            table.AddColumn(new TableColumn(new Text(title)) { Alignment = i < words ? Justify.Left : Justify.Right });
        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(cell)));
        Output.Write(table);
    }

    /// <summary>Does some work with a line that tells how far it is, and that goes when the work ends.</summary>
    public static async Task<T> TrackAsync<T>(Func<ProgressLine, Task<T>> work)
    {
        if (!IsTerminal)
            return await work(new ProgressLine(line => Output.WriteLine(line)));
        T result = default!;
        await Output.Live(Text.Empty).AutoClear(true).StartAsync(async live =>
            result = await work(new ProgressLine(live, Output.Profile.Width - 1, Output.Profile.Capabilities.Unicode)));
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
        // A log has lines of any length, and an error is one line wherever it goes.
        if (isRedirected || writer == Console.Error)
            console.Profile.Width = short.MaxValue;
        return console;
    }
}

using System.Diagnostics;
using Spectre.Console;

namespace SelfSup.Samples;

/// <summary>Tells how far some work is: one line that is drawn anew in place on a terminal, in a log a line now and then.</summary>
internal sealed class ProgressLine
{
    private const int LongestBar = 20;
    private const int ShortestBar = 4;
    private static readonly TimeSpan ShortestSilence = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(1);
    private readonly Action<string, double, IReadOnlyList<string>> draw;
    private readonly Stopwatch silence = Stopwatch.StartNew();
    private string lastWork = "";
    private int lastTenth;

    /// <summary>A line of a log.</summary>
    /// <param name="write">Writes it.</param>
    public ProgressLine(Action<string> write) => draw = (head, _, details) => write($"  {string.Join(", ", details.Prepend(head))}");

    /// <summary>A line of a terminal.</summary>
    /// <param name="live">The place that is drawn anew.</param>
    /// <param name="width">The most characters that the line may have.</param>
    /// <param name="isUnicode">Whether it may have others than ASCII.</param>
    public ProgressLine(LiveDisplayContext live, int width, bool isUnicode)
    {
        IsInPlace = true;
        draw = (head, share, details) => live.UpdateTarget(new Markup(Compose(head, share, details, width, isUnicode)));
    }

    private bool IsInPlace { get; }

    /// <summary>Tells where the work stands.</summary>
    /// <param name="work">What is being done: a log has a line for each, and then one a tenth of it, unless that is soon, or a minute.</param>
    /// <param name="head">How far it is, in a few words.</param>
    /// <param name="share">How far it is, 0 to 1.</param>
    /// <param name="details">More about it, what matters most first: a terminal shows as much of it as there is room for.</param>
    public void Show(string work, string head, double share, params IReadOnlyList<string> details)
    {
        var tenth = (int)(10 * share + 1e-9);
        if (!IsInPlace && work == lastWork && silence.Elapsed < (tenth > lastTenth ? ShortestSilence : LongestSilence))
            return;
        (lastWork, lastTenth) = (work, tenth);
        silence.Restart();
        draw(head, Math.Clamp(share, 0, 1), details);
    }

    /// <summary>Fits bar, head and details into a line.</summary>
    internal static string Compose(string head, double share, IReadOnlyList<string> details, int width, bool isUnicode)
    {
        var room = width - ShortestBar - 1;
        var text = head.Length <= room ? head : head[..Math.Max(0, room)];
        foreach (var detail in details)
        {
            if (text.Length + 2 + detail.Length <= room)
                text += $"  {detail}";
        }
        var bar = Math.Clamp(width - text.Length - 1, 0, LongestBar);
        var filled = (int)(bar * share);
        var (full, empty) = isUnicode ? ('━', '─') : ('#', '-');
        return $"[green]{new string(full, filled)}[/][grey]{new string(empty, bar - filled)}[/] {text.EscapeMarkup()}";
    }
}

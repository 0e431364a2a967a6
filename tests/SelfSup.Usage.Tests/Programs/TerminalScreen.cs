using System.Text;

namespace SelfSup.Usage.Tests.Programs;

/// <summary>What a terminal of 80 columns and 24 rows shows of what a program writes, with all that has scrolled away.</summary>
internal sealed class TerminalScreen
{
    public const int Columns = 80;
    public const int Rows = 24;
    private readonly List<char[]> lines = [NewLine()];
    private readonly StringBuilder sequence = new();
    private int row;
    private int column;

    /// <summary>Rows that a terminal had to begin because the text before did not fit: the text of those before.</summary>
    public List<string> Wrapped { get; } = [];

    /// <summary>The lines from the first one on, without trailing blanks.</summary>
    public IReadOnlyList<string> Lines => [.. lines.Select(line => new string(line).TrimEnd())];

    private int Top => Math.Max(0, lines.Count - Rows);

    /// <summary>Takes in a character; true where it may have changed what was there.</summary>
    public bool Write(char character)
    {
        if (sequence.Length > 0 || character == '\u001b')
            return Continue(character);
        switch (character)
        {
            case '\r':
                column = 0;
                return true;
            case '\n':
                MoveDown();
                return true;
            case '\b':
                column = Math.Max(0, column - 1);
                return false;
            case < ' ':
                return false;
        }
        if (column == Columns)
        {
            Wrapped.Add(new string(lines[row]));
            column = 0;
            MoveDown();
        }
        lines[row][column++] = character;
        return false;
    }

    private static char[] NewLine() => [.. Enumerable.Repeat(' ', Columns)];

    private void MoveDown()
    {
        if (++row == lines.Count)
            lines.Add(NewLine());
    }

    private bool Continue(char character)
    {
        sequence.Append(character);
        if (sequence.Length == 1 || (sequence.Length == 2 && character is '[' or ']' or '(') || character is '?' or ';' || char.IsAsciiDigit(character))
            return false;
        var (kind, text) = (sequence.Length > 2 ? sequence[1] : ' ', sequence.ToString()[1..^1].TrimStart('[', '?'));
        sequence.Clear();
        if (kind == '[')
            Obey(character, [.. text.Split(';').Select(number => int.TryParse(number, out var value) ? value : -1)]);
        return true;
    }

    private void Obey(char command, int[] numbers)
    {
        var count = Math.Max(1, numbers[0]);
        switch (command)
        {
            case 'A':
                row = Math.Max(Top, row - count);
                break;
            case 'B':
                row = Math.Min(lines.Count - 1, row + count);
                break;
            case 'C':
                column = Math.Min(Columns - 1, column + count);
                break;
            case 'D':
                column = Math.Max(0, column - count);
                break;
            case 'G':
                column = Math.Min(Columns, count) - 1;
                break;
            case 'K':
                var (from, to) = numbers[0] switch { 1 => (0, Math.Min(column + 1, Columns)), 2 => (0, Columns), _ => (Math.Min(column, Columns), Columns) };
                Array.Fill(lines[row], ' ', from, to - from);
                break;
            case 'm' or 'h' or 'l' or 'n' or 't':
                break;
            default:
                throw new NotSupportedException($"The screen does not know the sequence that ends in '{command}'.");
        }
    }
}

using System.Globalization;
using Microsoft.VisualBasic.FileIO;

namespace SelfSup.Data;

/// <summary>A table with titles, its columns separated by commas, semicolons or tabs, as spreadsheets save it.</summary>
internal sealed class TableFile : IDisposable
{
    private static readonly char[] separators = [',', ';', '\t'];
    private readonly string path;
    private readonly TextFieldParser parser;

    /// <summary>Opens a table and reads its titles.</summary>
    /// <exception cref="InvalidDataException">The quotation marks of the titles do not match.</exception>
    public TableFile(string path)
    {
        this.path = path;
        parser = new TextFieldParser(path) { Delimiters = [FindSeparator(path)], HasFieldsEnclosedInQuotes = true, TrimWhiteSpace = false };
        Titles = [.. ReadRow().Select(title => title.Trim())];
    }

    public IReadOnlyList<string> Titles { get; }

    /// <summary>The number of the row that was read last, from 1.</summary>
    public long Line { get; private set; }

    public bool IsAtEnd => parser.EndOfData;

    /// <summary>The place of the first column that has one of some titles, in upper or lower case; -1 if there is none.</summary>
    public int ColumnOf(params string[] titles) =>
        Titles.Select((title, place) => titles.Contains(title, StringComparer.OrdinalIgnoreCase) ? place : -1).FirstOrDefault(place => place >= 0, -1);

    /// <summary>Reads a row as it stands: names of files may begin or end with a space.</summary>
    /// <exception cref="InvalidDataException">The quotation marks do not match; the message names the line.</exception>
    public string[] ReadRow()
    {
        Line = parser.LineNumber;
        try
        {
            return parser.ReadFields() ?? [];
        }
        catch (MalformedLineException e)
        {
            throw new InvalidDataException($"'{path}', line {e.LineNumber}: the quotation marks do not match.", e);
        }
    }

    public void Dispose() => parser.Dispose();

    // Spreadsheets of many languages save semicolons.
    private static string FindSeparator(string path)
    {
        var titles = File.ReadLines(path).FirstOrDefault("");
        var place = titles.IndexOfAny(separators);
        return place < 0 ? "," : titles[place].ToString(CultureInfo.InvariantCulture);
    }
}

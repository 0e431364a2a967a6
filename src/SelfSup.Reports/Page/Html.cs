using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace SelfSup.Reports;

/// <summary>A piece of HTML. Text that is put into one is escaped; only HTML goes in as it is.</summary>
internal readonly record struct Html
{
    private Html(string text) => Text = text;

    public static Html Empty { get; } = new("");

    /// <summary>The markup.</summary>
    public string Text { get; }

    /// <summary>Writes markup; the values in it are escaped.</summary>
    public static Html Of(HtmlWriter content) => new(content.ToString());

    /// <summary>Takes markup that has no text of anybody else in it.</summary>
    public static Html Raw(string markup) => new(markup);

    public static Html Join(IEnumerable<Html> parts) => new(string.Concat(parts.Select(part => part.Text)));

    public override string ToString() => Text;
}

/// <summary>What the compiler makes of <c>Html.Of($"...")</c>.</summary>
[InterpolatedStringHandler]
internal readonly struct HtmlWriter(int literalLength, int formattedCount)
{
    private const int LengthOfAValue = 16; // a guess

    private readonly StringBuilder text = new(literalLength + (formattedCount * LengthOfAValue));

    public void AppendLiteral(string markup) => text.Append(markup);

    public void AppendFormatted(Html html) => text.Append(html.Text);

    public void AppendFormatted(IEnumerable<Html> parts) => text.AppendJoin("", parts.Select(part => part.Text));

    // These five signs are all that ends a text or an attribute; letters of all languages stay as they are.
    public void AppendFormatted(string? value) => text.Append(
        value?.Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("\"", "&quot;").Replace("'", "&#39;"));

    public void AppendFormatted<T>(T value, string? format = null)
        where T : IFormattable => AppendFormatted(value.ToString(format, CultureInfo.InvariantCulture));

    public override string ToString() => text.ToString();
}

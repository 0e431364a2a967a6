namespace SelfSup.Reports;

/// <summary>Tables: words stand left, numbers right.</summary>
internal static class Table
{
    /// <summary>Writes a table, which scrolls in itself where it is too wide.</summary>
    /// <param name="name">What it is, for those who cannot see it.</param>
    /// <param name="titles">The columns' titles.</param>
    /// <param name="rows">The cells.</param>
    /// <param name="words">How many columns, from the first, are words.</param>
    public static Html Write(string name, IReadOnlyList<string> titles, IEnumerable<IReadOnlyList<Html>> rows, int words = 1)
    {
        var head = titles.Select((title, column) => Html.Of($"<th scope=\"col\"{ClassOf(column)}>{title}</th>"));
        var body = rows.Select(row => Html.Of($"<tr>{row.Select((cell, column) => Html.Of($"<td{ClassOf(column)}>{cell}</td>"))}</tr>\n"));
        return Html.Of($"""
            <div class="scroll" role="region" aria-label="{name}" tabindex="0"><table>
            <thead><tr>{head}</tr></thead>
            <tbody>{body}</tbody></table></div>
            """);

        Html ClassOf(int column) => column < words ? Html.Empty : Html.Raw(" class=\"number\"");
    }

    /// <summary>A share in percent with a bar of its length.</summary>
    /// <param name="share">0..1.</param>
    /// <param name="deviation">One standard deviation; null where there is none.</param>
    public static Html Bar(double share, double? deviation = null) => Html.Of(
        $"<span class=\"bar\" style=\"--share:{100 * Math.Clamp(share, 0, 1):0.#}%\"></span>{Figure.Percent(share, deviation)}");
}

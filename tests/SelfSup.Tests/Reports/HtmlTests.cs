using System.Globalization;
using SelfSup.Reports;

namespace SelfSup.Tests.Reports;

public class HtmlTests
{
    [Theory]
    [InlineData("<script>", "&lt;script&gt;")]
    [InlineData("a & \"b\" 'c'", "a &amp; &quot;b&quot; &#39;c&#39;")]
    [InlineData("Größe ±1 写真", "Größe ±1 写真")]
    [InlineData(null, "")]
    public void TextIsEscaped(string? text, string expected) => Assert.Equal($"<p>{expected}</p>", Html.Of($"<p>{text}</p>").Text);

    [Fact]
    public void HtmlGoesInAsItIsAndOnce()
    {
        var name = Html.Of($"<b>{"<"}</b>");
        Assert.Equal("<p><b>&lt;</b></p><b>&lt;</b><b>&lt;</b>", Html.Of($"<p>{name}</p>{Enumerable.Repeat(name, 2)}").Text);
    }

    [Fact]
    public void NumbersAreWrittenAlikeEverywhere()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            var comma = (CultureInfo)CultureInfo.InvariantCulture.Clone();
            comma.NumberFormat.NumberDecimalSeparator = ",";
            CultureInfo.CurrentCulture = comma;
            Assert.Equal("<p>1.5 2.25</p>", Html.Of($"<p>{1.5} {2.25:F2}</p>").Text);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Theory]
    [InlineData(0.03, "0.03")]
    [InlineData(2.99234, "2.992")]
    [InlineData(4000, "4,000")]
    [InlineData(123456.7, "123,457")]
    public void ValuesHaveTheDigitsThatCount(double value, string expected) => Assert.Equal(expected, Figure.Value(value));
}

using System.Text.RegularExpressions;

namespace SelfSup.Tests.Architecture;

/// <summary>A file has one idea, a method one step of it.</summary>
public partial class SizeTests
{
    private const int Indentation = 4;

    [Fact]
    public void NoFileIsLongerThan300Lines() =>
        Assert.DoesNotContain(SourceTree.Files(), file => LinesOf(file.Text).Length > 300);

    [Fact]
    public void PretrainingIsAFacade() =>
        Assert.InRange(LinesOf(SourceTree.Files().Single(file => file.Path == "SelfSup/Training/Pretraining.cs").Text).Length, 1, 119);

    [Fact]
    public void NoMethodIsLongerThan60Lines()
    {
        var members = SourceTree.Files()
            .SelectMany(file => MembersOf(LinesOf(file.Text), Indentation).Select(member => (file.Path, member.Name, member.Length)))
            .ToArray();
        Assert.True(members.Length > 1000, $"{members.Length} members");
        Assert.DoesNotContain(members, member => member.Length > 60);
    }

    [Fact]
    public void TheLengthOfAMethodIsFromItsSignatureToItsEnd()
    {
        string[] lines =
        [
            "public class Outer(", "    int size)", "{", "    private int field;",
            "    /// <summary>Text.</summary>", "    [Fact]", "    public void Method(", "        int a)",
            "    {", "        Call();", "", "        Call();", "    }", "",
            "    private sealed class Inner", "    {", "        int Short() =>", "            1;", "    }", "}",
        ];
        Assert.Equal(
            [("int size)", 1), ("private int field;", 1), ("public void Method(", 7), ("int Short() =>", 2)],
            MembersOf(lines, Indentation));
    }

    /// <summary>
    /// The members of types, told by the indentation that the formatter checks. Comments and attributes do not count, nor do types as a whole.
    /// </summary>
    private static IEnumerable<(string Name, int Length)> MembersOf(string[] lines, int indentation)
    {
        for (var start = 0; start < lines.Length; start++)
        {
            if (!StartsAt(lines[start], indentation))
                continue;
            if (TypeDeclaration().IsMatch(lines[start]))
            {
                var inner = lines.Skip(start + 1).TakeWhile(line => line.Length == 0 || line[0] == ' ' && !StartsAt(line, indentation)).ToArray();
                foreach (var member in MembersOf(inner, indentation + Indentation))
                    yield return member;
                start += inner.Length;
                continue;
            }
            var end = start + 1;
            while (end < lines.Length && (lines[end].Length == 0 || IndentationOf(lines[end]) > indentation || Opens(lines[end], '{')))
                end++;
            if (end < lines.Length && (Opens(lines[end], '}') || Opens(lines[end], ']')))
                end++;
            yield return (lines[start].Trim(), lines[start..end].Reverse().SkipWhile(line => line.Length == 0).Count());
            start = end - 1;
        }

        bool Opens(string line, char sign) => IndentationOf(line) == indentation && line.Length > indentation && line[indentation] == sign;
    }

    private static bool StartsAt(string line, int indentation) =>
        IndentationOf(line) == indentation && line.Length > indentation && !"{}[]/#".Contains(line[indentation]);

    private static int IndentationOf(string line) => line.Length - line.TrimStart(' ').Length;

    private static string[] LinesOf(string text) => text.TrimEnd('\n').Split('\n');

    [GeneratedRegex(@"^ *(?:[a-z]+ )*(?:class|record struct|record|struct|interface|enum) \w+")]
    private static partial Regex TypeDeclaration();
}

using System.Text.RegularExpressions;

namespace SelfSup.Tests.Architecture;

/// <summary>A call in the library's sources.</summary>
/// <param name="File">The file, relative to the library's folder.</param>
/// <param name="Member">The member that it is in.</param>
/// <param name="Line">Its line, from 1.</param>
/// <param name="Text">The call from its name on, with all arguments.</param>
internal sealed record SourceCall(string File, string Member, int Line, string Text)
{
    public string Place => $"{File}: {Member}";

    public override string ToString() => $"{File}({Line}), in {Member}: {Text}";
}

/// <summary>The library's sources without their comments, and the calls in them.</summary>
internal static partial class SourceText
{
    /// <summary>Finds all calls whose beginning matches; the match ends with the opening parenthesis, or has none.</summary>
    public static SourceCall[] Find(Regex beginning)
    {
        var root = Path.Combine(DependencyTests.RepositoryRoot(), "src", "SelfSup");
        return [.. Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(root, path).Replace('\\', '/'))
            .Where(file => !file.StartsWith("obj/") && !file.StartsWith("bin/"))
            .Order(StringComparer.Ordinal)
            .SelectMany(file => Find(file, WithoutComments(File.ReadAllText(Path.Combine(root, file))), beginning))];
    }

    public static IEnumerable<SourceCall> Find(string file, string source, Regex beginning) => beginning.Matches(source).Select(match =>
    {
        var member = Member().Matches(source[..match.Index]).LastOrDefault()?.Groups[1].Value ?? "";
        var line = source.AsSpan(0, match.Index).Count('\n') + 1;
        return new SourceCall(file, member, line, match.Value.EndsWith('(') ? source[match.Index..End(source, match.Index + match.Length)] : match.Value);
    });

    // Comments become blanks, so that lines stay. A // in a string ends nothing that matters here.
    private static string WithoutComments(string source) => Comment().Replace(source, match => new string(' ', match.Length));

    /// <summary>Where the parenthesis closes that opened before a place.</summary>
    private static int End(string source, int place)
    {
        for (var depth = 1; depth > 0 && place < source.Length; place++)
            depth += source[place] switch { '(' => 1, ')' => -1, _ => 0 };
        return place;
    }

    [GeneratedRegex(@"//.*")]
    private static partial Regex Comment();

    // Members of a type stand four blanks in: a name before a parenthesis, an arrow, an assignment or the end of the line.
    [GeneratedRegex(@"^    (?:public |private |protected |internal )[^=(\n]*?\b(\w+)(?=\(|\s*=|\s*\{|;|$)", RegexOptions.Multiline)]
    private static partial Regex Member();
}

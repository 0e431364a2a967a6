using System.Globalization;
using System.Text.RegularExpressions;

namespace SelfSup.Data;

/// <summary>The files that a pattern names: <c>{0000..0099}</c> counts, <c>{a,b}</c> lists, <c>*</c> and <c>?</c> stand for what is there.</summary>
internal static partial class ShardPattern
{
    private const int MostFiles = 1_000_000;

    /// <summary>Whether a text has what a pattern is told from a path by.</summary>
    public static bool IsPattern(string text) => text.AsSpan().IndexOfAny('{', '*', '?') >= 0;

    /// <summary>Finds the files.</summary>
    /// <param name="pattern">The pattern; * and ? in the last part of the path alone.</param>
    /// <returns>Full paths: those of a brace in its order, those of a wildcard in ordinal order.</returns>
    /// <exception cref="FileNotFoundException">A file that a brace names is missing, or no file fits a wildcard.</exception>
    /// <exception cref="ArgumentException">A brace makes no sense.</exception>
    public static string[] Find(string pattern)
    {
        ArgumentException.ThrowIfNullOrEmpty(pattern);
        if (File.Exists(pattern))
            return [Path.GetFullPath(pattern)];
        string[] files = [.. Expand(pattern).Take(MostFiles + 1).SelectMany(path => FindFiles(Path.GetFullPath(path), pattern))];
        return files.Length <= MostFiles
            ? files
            : throw new ArgumentException($"'{pattern}' names more than {MostFiles:N0} files.", nameof(pattern));
    }

    private static IEnumerable<string> Expand(string pattern)
    {
        if (Brace().Match(pattern) is not { Success: true } brace)
            return pattern.AsSpan().IndexOfAny('{', '}') < 0
                ? [pattern]
                : throw new ArgumentException($"'{pattern}' has a brace that is neither like {{0000..0099}} nor like {{a,b}}.", nameof(pattern));
        var values = brace.Groups["first"].Success ? Count(brace, pattern) : brace.Groups["list"].Value.Split(',');
        return values.SelectMany(value => Expand($"{pattern[..brace.Index]}{value}{pattern[(brace.Index + brace.Length)..]}"));
    }

    private static IEnumerable<string> Count(Match brace, string pattern)
    {
        string first = brace.Groups["first"].Value, last = brace.Groups["last"].Value;
        if (!int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var from)
            || !int.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var to) || to < from)
        {
            throw new ArgumentException($"'{pattern}' counts from {first} to {last}; the second number must be the larger one.", nameof(pattern));
        }
        for (var number = from; number <= to; number++)
            yield return number.ToString(CultureInfo.InvariantCulture).PadLeft(first.Length, '0');
    }

    private static string[] FindFiles(string path, string pattern)
    {
        string folder = Path.GetDirectoryName(path) ?? path, name = Path.GetFileName(path);
        if (name.AsSpan().IndexOfAny('*', '?') < 0)
            return File.Exists(path) ? [path] : throw new FileNotFoundException($"There is no '{path}'.", path);
        string[] found = Directory.Exists(folder)
            ? [.. Directory.EnumerateFiles(folder, name).Where(file => !SystemNames.Contains(Path.GetFileName(file))).Order(StringComparer.Ordinal)]
            : throw new FileNotFoundException($"There is no folder '{folder}', where '{pattern}' would be.", path);
        return found.Length > 0 ? found : throw new FileNotFoundException($"No file in '{folder}' is like '{name}'.", path);
    }

    [GeneratedRegex(@"\{(?:(?<first>[0-9]+)\.\.(?<last>[0-9]+)|(?<list>[^{},]*(?:,[^{},]*)+))\}", RegexOptions.CultureInvariant)]
    private static partial Regex Brace();
}

using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace SelfSup.Samples;

/// <summary>Options that are checked before any work: an error names the option, what it was given, and what it takes.</summary>
internal static class Options
{
    /// <summary>A whole number.</summary>
    public static Option<int?> Whole(string name, string description, int least, int most = int.MaxValue) => Checked<int?>(
        name, description, FormattableString.Invariant($"a whole number from {least:N0} to {most:N0}"),
        text => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : null);

    /// <summary>A whole number with a default.</summary>
    public static Option<int?> Whole(string name, string description, int least, int most, int byDefault) =>
        WithDefault(Whole(name, description, least, most), byDefault);

    /// <summary>A number.</summary>
    /// <param name="name">The option.</param>
    /// <param name="description">What it does.</param>
    /// <param name="rule">Which numbers it takes, such as "above 0".</param>
    /// <param name="isValid">Whether it takes one.</param>
    public static Option<double?> Number(string name, string description, string rule, Func<double, bool> isValid) => Checked<double?>(
        name, description, $"a number {rule}",
        text => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) && isValid(number) ? number : null);

    /// <summary>One of several words, in upper or lower case.</summary>
    public static Option<string?> Choice(string name, string description, IReadOnlyList<string> choices)
    {
        var option = Checked(
            name, description, $"one of {string.Join(", ", choices)}",
            text => choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase)));
        option.CompletionSources.Add([.. choices]);
        return option;
    }

    /// <summary>One of several words, with a default.</summary>
    public static Option<string?> Choice(string name, string description, IReadOnlyList<string> choices, string byDefault) =>
        WithDefault(Choice(name, description, choices), byDefault);

    /// <summary>Whether an encoder sees the middle of every image too.</summary>
    public static Option<bool> Zoom() => new("--zoom")
    {
        Description = "See every image twice, the whole and its enlarged middle: better with few labels, and takes twice as long.",
    };

    /// <summary>A folder to read from.</summary>
    public static Option<string?> ExistingFolder(string name, string description) => Checked(
        name, description, "a folder that is there", text => Directory.Exists(text) ? text : null);

    /// <summary>Images to read, for <c>ImageOpener</c>: a folder, a file of images, or a pattern of such files.</summary>
    public static Option<string?> Images(string name, string description) => Checked(
        name, description, "a folder that is there, tar or Parquet files, a list (.txt, .csv) or packed images",
        text => Path.Exists(text) || text.AsSpan().IndexOfAny('{', '*', '?') >= 0 ? text : null);

    /// <summary>A file to read from.</summary>
    public static Option<string?> ExistingFile(string name, string description) => Checked(
        name, description, "a file that is there", text => File.Exists(text) ? text : null);

    /// <summary>A file or a folder to read from, such as weights or a folder with them.</summary>
    public static Option<string?> ExistingPath(string name, string description) => Checked(
        name, description, "a file or a folder that is there", text => Path.Exists(text) ? text : null);

    /// <summary>A file to read from that has no option's name before it.</summary>
    public static Argument<string?> ExistingFileArgument(string name, string description) => new(name)
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrOne,
        CustomParser = given =>
        {
            var text = given.Tokens is [var token] ? token.Value : null;
            if (text is not null && !File.Exists(text))
                given.AddError($"The {name} is '{text}'; it must be a file that is there.");
            return text;
        },
    };

    /// <summary>A folder to write to.</summary>
    public static Option<string?> OutputFolder(string name, string description, string byDefault) => WithDefault(
        Checked(name, description, "a folder, new or not, and no file, where files can be written", text => CanWriteIn(text) ? text : null), byDefault);

    /// <summary>A file to write, which must not be there: programs replace nothing that they were not told to.</summary>
    public static Option<string?> NewFile(string name, string description) => Checked(
        name, description, "a file that is not there yet, in a folder where files can be written", text => IsNewFile(text) ? text : null);

    /// <summary>A file that is read when it is there and else written.</summary>
    public static Option<string?> CacheFile(string name, string description) => Checked(
        name, description, "a file, new or not, and no folder",
        text => File.Exists(text) || IsNewFile(text) ? text : null);

    /// <summary>An option with a rule of its own.</summary>
    /// <param name="name">The option.</param>
    /// <param name="description">What it does.</param>
    /// <param name="rule">What it must be, such as "a number above 0".</param>
    /// <param name="parse">Reads it; null where it breaks the rule.</param>
    public static Option<T?> Checked<T>(string name, string description, string rule, Func<string, T?> parse) => new(name)
    {
        Description = description,
        HelpName = name.TrimStart('-'),
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = given =>
        {
            var text = given.Tokens[0].Value;
            var value = text.Length == 0 ? default : parse(text);
            if (value is null)
                given.AddError($"{name} is '{text}'; it must be {rule}.");
            return value;
        },
    };

    private static Option<T?> WithDefault<T>(Option<T?> option, T? byDefault)
    {
        option.DefaultValueFactory = _ => byDefault;
        return option;
    }

    private static bool IsNewFile(string path) =>
        !Path.Exists(path) && !Path.EndsInDirectorySeparator(path) && CanWriteIn(Path.GetDirectoryName(Path.GetFullPath(path)));

    // The nearest thing on the way up must be a folder that takes a file, gone at once: to find that out at the end of the work is too late.
    private static bool CanWriteIn(string? folder)
    {
        var nearest = folder is null ? null : Path.GetFullPath(folder);
        while (nearest is not null && !Path.Exists(nearest))
            nearest = Path.GetDirectoryName(nearest);
        if (nearest is null)
            return false;
        try
        {
            File.Create(Path.Combine(nearest, Path.GetRandomFileName()), 1, FileOptions.DeleteOnClose).Dispose();
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}

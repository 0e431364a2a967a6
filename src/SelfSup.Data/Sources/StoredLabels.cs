using System.Globalization;

namespace SelfSup.Data;

/// <summary>The classes of images that were stored with texts of them.</summary>
/// <param name="Labels">The label of every image.</param>
/// <param name="ClassNames">The names by label.</param>
internal sealed record StoredLabels(int[] Labels, string[] ClassNames)
{
    private const int MostClasses = 1_000_000;

    /// <summary>Reads the texts: numbers are labels as they stand, names get labels in ordinal order.</summary>
    /// <param name="texts">The text of every image.</param>
    /// <param name="classNames">The names of the classes that numbers stand for, if they are known.</param>
    /// <returns>The labels; null where an image has none.</returns>
    public static StoredLabels? Read(IReadOnlyList<string?> texts, IReadOnlyList<string>? classNames = null)
    {
        if (texts.Any(text => text is null))
            return null;
        var distinct = texts.Distinct().ToArray();
        var numbers = distinct.Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1).ToArray();
        string[] names = numbers.All(number => number is >= 0 and < MostClasses)
            ? [.. Enumerable.Range(0, numbers.Max() + 1).Select(number => number.ToString(CultureInfo.InvariantCulture))]
            : [.. distinct.Select(text => text!).Order(StringComparer.Ordinal)];
        var labels = names.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        int[] found = [.. texts.Select(text => labels[Normal(text!)])];
        var named = numbers.All(number => number >= 0 && number < classNames?.Count);
        return new(found, named ? [.. classNames!] : names);

        string Normal(string text) => labels.ContainsKey(text) ? text : int.Parse(text, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
    }
}

using SelfSup.Data;

namespace SelfSup.Transfer;

/// <summary>What labeled images must have before anything is fitted or tested on them.</summary>
internal static class LabelRules
{
    private const int Named = 3;

    /// <summary>Checks that there are images of every class, and of two classes or more.</summary>
    /// <exception cref="ArgumentException">There are not; the message names the class.</exception>
    public static void Check(ILabeledImageSource labeled)
    {
        if (labeled.Count == 0)
            throw new ArgumentException("There are no labeled images to fit a probe on.");
        int[] present = [.. Enumerable.Range(0, labeled.Count).Select(labeled.LabelOf).Distinct()];
        if (Enumerable.Range(0, labeled.ClassNames.Count).Except(present).ToArray() is { Length: > 0 } missing)
        {
            var name = labeled.ClassNames[missing[0]];
            throw new ArgumentException($"There is no labeled image of the class '{name}', which could never be answered{Lost(labeled, name)}.");
        }
        if (present.Length < 2)
            throw new ArgumentException($"All {labeled.Count} labeled images are of one class; a probe needs two or more.");
    }

    /// <summary>Names the first few of some failures, with the reasons.</summary>
    public static string Name(IReadOnlyCollection<ImageFailure> failures) =>
        string.Join("; ", failures.Take(Named).Select(failure => $"{failure.Name}: {failure.Reason}"))
        + (failures.Count > Named ? $"; and {failures.Count - Named} more" : "");

    /// <summary>Gives test images the labels of the training images' classes.</summary>
    /// <exception cref="ArgumentException">
    /// There are no test images, the classes differ, or all images of a class were left out of the source; the message names them.
    /// </exception>
    public static ILabeledImageSource Align(ILabeledImageSource test, ILabeledImageSource train)
    {
        var toTrainLabel = Match(train, test);
        var present = Enumerable.Range(0, test.Count).Select(test.LabelOf).ToHashSet();
        foreach (var name in test.ClassNames.Where((_, label) => !present.Contains(label)))
        {
            if (Lost(test, name) is { Length: > 0 } lost)
                throw new ArgumentException($"There is no test image of the class '{name}'{lost}.");
        }
        return new LabeledImages(test, [.. Enumerable.Range(0, test.Count).Select(i => toTrainLabel[test.LabelOf(i)])], train.ClassNames);
    }

    // For every label of the test images, that of the training images' class of the same name.
    private static int[] Match(ILabeledImageSource train, ILabeledImageSource test)
    {
        if (test.Count == 0)
            throw new ArgumentException("There are no test images to evaluate a probe on.");
        var missing = train.ClassNames.Except(test.ClassNames).Select(name => $"the test images lack '{name}'");
        var extra = test.ClassNames.Except(train.ClassNames).Select(name => $"the training images lack '{name}'");
        var problems = missing.Concat(extra).ToList();
        if (problems.Count > 0)
        {
            var alike = train.ClassNames.Except(test.ClassNames)
                .Select(name => (Name: name, Other: test.ClassNames.FirstOrDefault(other => other.Equals(name, StringComparison.OrdinalIgnoreCase))))
                .FirstOrDefault(pair => pair.Other is not null);
            throw new ArgumentException(
                $"Training and test images must have the same classes, but {string.Join(", ", problems)}."
                + (alike.Other is null ? "" : $" '{alike.Name}' and '{alike.Other}' differ in upper and lower case alone; rename one.")
                + $" Training images: {train.Description}. Test images: {test.Description}.");
        }
        var places = train.ClassNames.Select((name, label) => (name, label)).ToDictionary(pair => pair.name, pair => pair.label);
        return [.. test.ClassNames.Select(name => places[name])];
    }

    /// <summary>What a source has left out of a class: it names images by their path, which begins with the class.</summary>
    private static string Lost(ILabeledImageSource source, string className)
    {
        var lost = source.Failures.Where(failure => failure.Name.StartsWith(className + "/", StringComparison.Ordinal)).ToArray();
        return lost.Length == 0 ? "" : $"; its {lost.Length} images could not be read ({Name(lost)})";
    }
}

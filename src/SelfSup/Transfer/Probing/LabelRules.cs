using SelfSup.Data;

namespace SelfSup.Transfer;

/// <summary>What labeled images must have before anything is fitted or tested on them.</summary>
internal static class LabelRules
{
    /// <summary>Checks that there are images of two classes or more.</summary>
    /// <exception cref="ArgumentException">There are not.</exception>
    public static void Check(ILabeledImageSource labeled)
    {
        if (labeled.Count == 0)
            throw new ArgumentException("There are no labeled images to fit a probe on.");
        var present = Enumerable.Range(0, labeled.Count).Select(labeled.LabelOf).Distinct().Count();
        if (present < 2)
            throw new ArgumentException($"All {labeled.Count} labeled images are of one class; a probe needs two or more.");
    }

    /// <summary>Gives test images the labels of the training images' classes.</summary>
    /// <exception cref="ArgumentException">There are no test images, or the classes differ; the message names them.</exception>
    public static ILabeledImageSource Align(ILabeledImageSource test, ILabeledImageSource train)
    {
        var toTrainLabel = Match(train, test);
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
            throw new ArgumentException($"Training and test images must have the same classes, but {string.Join(", ", problems)}.");
        var places = train.ClassNames.Select((name, label) => (name, label)).ToDictionary(pair => pair.name, pair => pair.label);
        return [.. test.ClassNames.Select(name => places[name])];
    }
}

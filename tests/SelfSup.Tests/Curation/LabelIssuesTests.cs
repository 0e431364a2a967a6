using SelfSup.Curation;
using SelfSup.Data;
using static TorchSharp.torch;

namespace SelfSup.Tests.Curation;

public class LabelIssuesTests
{
    private const int Count = 300, Classes = 5;

    [Fact]
    public void PlantedWrongLabelsComeFirst()
    {
        using var set = TestFeatures.SetOf(TestFeatures.Heaps(Count, Classes, spread: 0.8, length: 32));
        int[] labels = [.. Enumerable.Range(0, Count).Select(row => row % Classes)];
        int[] wrong = [.. Enumerable.Range(0, 15).Select(i => (19 * i) + 4)];
        foreach (var row in wrong)
            labels[row] = (labels[row] + 2) % Classes;
        var before = LiveTensors.Count();
        var issues = LabelIssues.Find(set, TestFeatures.Layer, Labeled(labels));
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Equal(Count, issues.Ranking.Count);
        var first = issues.Ranking.Take(21).Select(image => image.Image).ToArray(); // 7 % of the list
        Assert.True(wrong.Count(first.Contains) >= 13, $"{wrong.Count(first.Contains)} of 15");
        Assert.True(wrong.Count(row => issues.Suspects.Any(image => image.Image == row && image.Suggested == row % Classes)) >= 13);
        Assert.InRange(issues.Suspects.Count(), 13, 24);
        Assert.InRange(issues.Accuracy, 0.85, 0.96); // the planted ones are not given back
        Assert.True(issues.ConfidentCounts[1][4] + issues.ConfidentCounts[4][2] >= 3, "labels went from 4 to 1 and from 2 to 4");
        Assert.Equal(issues.Ranking, LabelIssues.Find(set, TestFeatures.Layer, Labeled(labels)).Ranking);
    }

    [Fact]
    public void RightLabelsAreFewSuspects()
    {
        using var set = TestFeatures.SetOf(TestFeatures.Heaps(Count, Classes, spread: 0.4, length: 32));
        var issues = LabelIssues.Find(set, TestFeatures.Layer, Labeled([.. Enumerable.Range(0, Count).Select(row => row % Classes)]));
        Assert.InRange(issues.Suspects.Count(), 0, 6);
        Assert.Equal(1, issues.Accuracy);
    }

    /// <summary>Thresholds are 0.75 and 0.5: the means of what the rows of a label have of it.</summary>
    [Fact]
    public void ARowIsConfidentlyOfTheClassWhoseThresholdItReaches()
    {
        float[][] probabilities = [[0.9f, 0.1f], [0.6f, 0.4f], [0.2f, 0.8f], [0.8f, 0.2f]];
        var joint = new ConfidentJoint(probabilities, [0, 0, 1, 1], 2);
        Assert.Equal([0, null, 1, 0], Enumerable.Range(0, 4).Select(joint.ClassOf));
    }

    /// <summary>A class that no image can be read of is no answer; the numbers of the others stay.</summary>
    [Fact]
    public void ClassesWithoutImagesAreLeftOut()
    {
        using var set = TestFeatures.SetOf(TestFeatures.Heaps(40, 2, spread: 0.3));
        var issues = LabelIssues.Find(set, TestFeatures.Layer, Labeled([.. Enumerable.Range(0, 40).Select(row => row % 2 == 0 ? 1 : 3)]));
        Assert.All(issues.Ranking, image => Assert.Equal((1, 3), (Math.Min(image.Label, image.Suggested), Math.Max(image.Label, image.Suggested))));
    }

    [Fact]
    public void TooFewImagesOfAClassAreNamed()
    {
        using var set = TestFeatures.SetOf(TestFeatures.Heaps(10, 2, spread: 0.3));
        Assert.Contains("Only one image of 'class 3'", Assert.Throws<ArgumentException>(
            () => LabelIssues.Find(set, TestFeatures.Layer, Labeled([0, 0, 0, 0, 0, 3, 1, 1, 1, 1]))).Message);
        Assert.Contains("one label", Assert.Throws<ArgumentException>(
            () => LabelIssues.Find(set, TestFeatures.Layer, Labeled(new int[10]))).Message);
        Assert.Throws<OperationCanceledException>(
            () => LabelIssues.Find(set, TestFeatures.Layer, Labeled([.. Enumerable.Range(0, 10).Select(i => i % 2)]), cancellationToken: new(canceled: true)));
    }

    private static LabeledImages Labeled(int[] labels) =>
        new(new InMemoryImages(new byte[3 * labels.Length], 1), labels, [.. Enumerable.Range(0, Classes).Select(label => $"class {label}")]);
}

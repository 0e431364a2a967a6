using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

public class KnnClassifierTests
{
    private const int Rows = 200, Length = 16, Classes = 4;

    [Fact]
    public void OneNeighborKnowsItsOwnBank()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Draw(seed: 1);
        var classifier = new KnnClassifier(features, labels, Classes);
        Assert.Equal(labels, classifier.Predict(features, neighbors: 1, temperature: 0.01));
        Assert.Equal(labels, classifier.Predict(features, neighbors: 1, temperature: 10));
    }

    [Fact]
    public void TheLengthOfFeaturesDoesNotMatterAndTooManyNeighborsAreAll()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Draw(seed: 1);
        var (queries, _) = Draw(seed: 2);
        KnnClassifier classifier = new(features, labels, Classes), scaled = new(features.mul(37), labels, Classes);
        Assert.Equal(classifier.Predict(queries), scaled.Predict(queries.mul(0.01)));
        Assert.Equal(classifier.Predict(queries, Rows), classifier.Predict(queries, 10 * Rows));
    }

    [Fact]
    public void ACenterIsTheOriginOfTheAngles()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Draw(seed: 1);
        var (queries, _) = Draw(seed: 2);
        var center = features.mean([0]).add(3);
        KnnClassifier centered = new(features, labels, Classes, center), by = new(features.sub(center), labels, Classes);
        Assert.Equal(by.Predict(queries.sub(center)), centered.Predict(queries));
        var plain = new KnnClassifier(features, labels, Classes);
        Assert.NotEqual(plain.Predict(queries), centered.Predict(queries));
    }

    [Theory]
    [InlineData(20, 0.07)]
    [InlineData(7, 1)]
    [InlineData(150, 0.001)] // exp(1 / 0.001) overflows
    public void VotesAreThoseOfTheFormula(int neighbors, double temperature)
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Draw(seed: 1);
        var (queries, _) = Draw(seed: 2);
        var classifier = new KnnClassifier(features, labels, Classes);
        Assert.Equal(ByHand(features, labels, queries, neighbors, temperature), classifier.Predict(queries, neighbors, temperature));
    }

    [Fact]
    public void NothingIsLeftBehindAndWrongInputIsNamed()
    {
        using var scope = NewDisposeScope();
        var (features, labels) = Draw(seed: 1);
        var before = LiveTensors.Count();
        var classifier = new KnnClassifier(features, labels, Classes);
        classifier.Predict(features);
        Assert.Throws<ArgumentOutOfRangeException>(() => classifier.Predict(features, neighbors: 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => classifier.Predict(features, temperature: 0));
        Assert.Equal(before, Tensor.TotalCount);
        Assert.Contains("199 labels for 200 rows", Assert.Throws<ArgumentException>(() => new KnnClassifier(features, labels[1..], Classes)).Message);
        Assert.Contains("not in 0..2", Assert.Throws<ArgumentException>(() => new KnnClassifier(features, labels, 3)).Message);
    }

    private static (Tensor Features, int[] Labels) Draw(int seed)
    {
        using var random = new RandomSource((ulong)seed);
        var labels = Enumerable.Range(0, Rows).Select(row => row * 7 % Classes).ToArray();
        var features = random.Normal(Rows, Length);
        for (var row = 0; row < Rows; row++)
            features[row, labels[row]] += 1;
        return (features, labels);
    }

    private static int[] ByHand(Tensor bank, int[] labels, Tensor queries, int neighbors, double temperature)
    {
        var (rowsOfBank, rows) = (Normalized(bank), Normalized(queries));
        return [.. rows.Select(row =>
        {
            var nearest = rowsOfBank
                .Select((other, i) => (Cosine: row.Zip(other, (a, b) => a * b).Sum(), Label: labels[i]))
                .OrderByDescending(pair => pair.Cosine)
                .Take(neighbors)
                .ToArray();
            return nearest.GroupBy(pair => pair.Label)
                .MaxBy(group => group.Sum(pair => Math.Exp((pair.Cosine - nearest[0].Cosine) / temperature)))!.Key;
        })];

        static double[][] Normalized(Tensor features) => [.. Enumerable.Range(0, (int)features.shape[0]).Select(row =>
        {
            var values = features[row].data<float>().Select(value => (double)value).ToArray();
            var length = Math.Sqrt(values.Sum(value => value * value));
            return values.Select(value => value / length).ToArray();
        })];
    }
}

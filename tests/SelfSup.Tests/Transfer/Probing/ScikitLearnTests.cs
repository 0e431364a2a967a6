using System.Globalization;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Tests.Transfer;

/// <summary>The same answers as scikit-learn's from the same exported features.</summary>
public class ScikitLearnTests
{
    private const double Strength = 0.01;

    private const string Script = """
        import sys, numpy
        from sklearn.linear_model import LogisticRegression
        from sklearn.neighbors import KNeighborsClassifier
        folder, strength = sys.argv[1], float(sys.argv[2])
        train, test = numpy.load(folder + "/train.npy"), numpy.load(folder + "/test.npy")
        labels = numpy.loadtxt(folder + "/labels.txt", dtype=int)
        for k, temperature in ((20, 0.07), (200, 0.1)):
            votes = lambda distances: numpy.exp(-distances / temperature)
            print(*KNeighborsClassifier(k, weights=votes, metric="cosine").fit(train, labels).predict(test))
        mean, deviation = train.mean(0), train.std(0)
        deviation[deviation == 0] = 1
        fit = LogisticRegression(C=1 / (strength * len(train)), max_iter=2000, tol=1e-6).fit((train - mean) / deviation, labels)
        print(*fit.predict((test - mean) / deviation))
        """;

    [PythonFact("sklearn", "numpy")]
    public void NeighborsAndLogisticRegressionAgreeWithScikitLearn()
    {
        using var scope = NewDisposeScope();
        using var folder = new TemporaryFolder();
        using var encoder = new ConvNet(32, seed: 2);
        var layer = FeatureLayer.Find(encoder, FeatureLayer.PooledName);
        var (bank, queries) = (new ProceduralImages(400, seed: 1), new ProceduralImages(400, seed: 2));
        using var train = FeatureExtractor.Extract(encoder, bank, [layer]);
        using var test = FeatureExtractor.Extract(encoder, queries, [layer]);
        var labels = Enumerable.Range(0, bank.Count).Select(bank.LabelOf).ToArray();
        FeatureFile.WriteNpy(folder["train.npy"], train, layer.Name);
        FeatureFile.WriteNpy(folder["test.npy"], test, layer.Name);
        File.WriteAllText(folder["labels.txt"], string.Join(' ', labels));
        var theirs = PythonFactAttribute.Run(Script, folder.Path, Strength.ToString(CultureInfo.InvariantCulture)).Split('\n')
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse).ToArray()).ToArray();

        var neighbors = new KnnClassifier(train[layer.Name], labels, bank.ClassNames.Count);
        Assert.InRange(Agreement(neighbors.Predict(test[layer.Name], 20, 0.07), theirs[0]), 0.995, 1);
        Assert.InRange(Agreement(neighbors.Predict(test[layer.Name], 200, 0.1), theirs[1]), 0.995, 1);
        var features = train[layer.Name].clone();
        using var scaling = Standardization.ApplyTo(features);
        using var fit = LogisticRegression.Fit(
            features, tensor(labels.Select(label => (long)label).ToArray()), bank.ClassNames.Count, Strength, tolerance: 1e-6);
        var (weights, bias) = scaling.Fold(fit);
        var head = new LinearHead(layer, bank.ClassNames, weights, bias);
        Assert.InRange(Agreement(head.Predict(test[layer.Name]).Select(answer => (int)answer), theirs[2]), 0.995, 1);

        static double Agreement(IEnumerable<int> ours, int[] theirs)
        {
            var same = ours.Zip(theirs, (a, b) => a == b).ToArray();
            Assert.Equal(theirs.Length, same.Length);
            return same.Average(equal => equal ? 1.0 : 0);
        }
    }
}

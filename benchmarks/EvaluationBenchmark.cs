using System.Diagnostics;
using SelfSup.Data;
using SelfSup.Encoders;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Benchmarks;

/// <summary>Probes of more features than one would hold in memory: 2,048 of each of many images.</summary>
internal static class EvaluationBenchmark
{
    private const int Length = 2048;
    private const int Queries = 2048;
    private static readonly double[] strengths = [1e-2, 1e-3];

    /// <summary>A linear probe that keeps its features in a file, and one that keeps them in memory.</summary>
    /// <param name="folder">CIFAR-10's binary files; each image is there up to four times, as it is, mirrored, and both of them shifted.</param>
    /// <param name="rows">How many images.</param>
    /// <returns>Lines in Markdown.</returns>
    public static string CompareProbes(string folder, int rows)
    {
        var train = new VariedImages(Cifar10.OpenTrain(folder), rows);
        var test = Cifar10.OpenTest(folder);
        using var encoder = new ConvNet(32, normalization: Normalization.Cifar10);
        var layer = FeatureLayer.Find(encoder, "stage3"); // 128 channels on a grid of 4 x 4
        using var questions = FeatureExtractor.Extract(encoder, test, [layer]);
        var stored = Fit(new() { Strengths = strengths, FeatureMemory = 1 });
        var peak = Machine.PeakMegabytes();
        var held = Fit(new() { Strengths = strengths, FeatureMemory = long.MaxValue });
        var (answers, expected) = (stored.Head.Predict(questions[layer.Name]), held.Head.Predict(questions[layer.Name]));
        double Accuracy(long[] given) => given.Index().Average(answer => answer.Item == test.LabelOf(answer.Index) ? 1.0 : 0.0);
        return FormattableString.Invariant($"""
            ### Linear probe on {train.Count:N0} x {layer.Length:N0} features of CIFAR-10, untrained convnet, strengths {string.Join(", ", strengths)}

            | features | seconds | peak resident memory so far, MB | chosen strength | held-out accuracy | test accuracy |
            |---|---|---|---|---|---|
            | in a file | {stored.Seconds:0} | {peak:#,0} | {stored.Strength} | {stored.HeldOut:0.0000} | {Accuracy(answers):0.0000} |
            | in memory | {held.Seconds:0} | {Machine.PeakMegabytes():#,0} | {held.Strength} | {held.HeldOut:0.0000} | {Accuracy(expected):0.0000} |

            Answers on {answers.Length:N0} test images that are the same: {100 * answers.Zip(expected).Average(pair => pair.First == pair.Second ? 1.0 : 0.0):0.00} %.

            """);

        (LinearHead Head, double Strength, double? HeldOut, double Seconds) Fit(LinearProbeOptions options)
        {
            var start = Stopwatch.GetTimestamp();
            var fit = new ProbeSearch(train, options, null, CancellationToken.None).Run("probe", encoder, [layer]);
            return (fit.Head, fit.Best.Strength, fit.Best.Accuracy, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
    }

    /// <summary>Nearest neighbors of some queries among random features.</summary>
    /// <param name="rows">How many.</param>
    /// <returns>Lines in Markdown.</returns>
    public static string MeasureNeighbors(int rows)
    {
        const double bank = 1.28e6, asked = 50_000;
        using var random = new RandomSource(1);
        using var features = random.Normal(rows, Length);
        using var queries = random.Normal(Queries, Length);
        var classifier = new KnnClassifier(features, [.. Enumerable.Range(0, rows).Select(row => row % 1000)], 1000);
        classifier.Predict(queries.narrow(0, 0, 8));
        var start = Stopwatch.GetTimestamp();
        classifier.Predict(queries, 200, 0.1);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return FormattableString.Invariant($"""
            ### Nearest neighbors of {Queries:N0} queries among {rows:N0} x {Length:N0} features

            {seconds:0.0} s, {2e-9 * Queries * rows * Length / seconds:0} GFLOP/s, peak resident memory {Machine.PeakMegabytes():#,0} MB, of which the
            features are {4e-6 * rows * Length:#,0} MB. At that pace {asked:N0} queries among {bank:N0} take {seconds * asked / Queries * bank / rows / 60:0} minutes.

            """);
    }

    /// <summary>Images that are there several times, each time another way.</summary>
    private sealed class VariedImages(ILabeledImageSource source, int count) : ILabeledImageSource
    {
        private const int Shift = 3;

        public int Count => count;

        public IReadOnlyList<string> ClassNames => source.ClassNames;

        public string NameOf(int index) => source.NameOf(index % source.Count);

        public int LabelOf(int index) => source.LabelOf(index % source.Count);

        public void Read(int index, int size, Span<byte> pixels)
        {
            source.Read(index % source.Count, size, pixels);
            var variant = index / source.Count;
            for (var row = 0; row < pixels.Length; row += size)
            {
                var line = pixels.Slice(row, size);
                if (variant % 2 == 1)
                    line.Reverse();
                if (variant > 1)
                    line[Shift..].CopyTo(line);
            }
        }
    }
}

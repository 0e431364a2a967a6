using System.Diagnostics;
using System.Globalization;
using System.Text;
using SelfSup.Curation;
using SelfSup.Transfer;
using static TorchSharp.torch;

namespace SelfSup.Benchmarks;

/// <summary>What choosing and searching among very many features costs.</summary>
/// <remarks>
/// Heaps around a thousand directions of a space of 32, turned into one of 512. Where features differ in all 512 directions alike, all images add
/// nearly as much to a choice, and herding measures most of them anew for every pick; those of images are not like that.
/// </remarks>
internal static class ManyFeaturesBenchmark
{
    private const int Length = 512;
    private const int Heaps = 1000;
    private const int Picks = 1000;
    private const int Queries = 100;
    private const int Directions = 32; // in which features differ: those of images fill few of theirs
    private const double Spread = 0.5; // of a heap, beside the distance of its center from 0

    /// <summary>Draws features, chooses from them and searches them.</summary>
    /// <returns>The table as Markdown.</returns>
    public static string Measure(int rows)
    {
        var layer = new FeatureLayer(FeatureLayer.PooledName, 0, 1, Length);
        using var set = new FeatureSet(new() { [layer.Name] = Draw(rows) }, new ReadImages([.. Enumerable.Range(0, rows)], new UInt128[rows], []));
        var search = new ImageSearch(set, layer);
        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"### {rows:N0} rows of {Length} features, {rows / 1e9 * Length * sizeof(float):0.0} GB").AppendLine();
        text.AppendLine("| | seconds | peak memory of the process, GB |").AppendLine("|---|---|---|");
        Add("before", () => { });
        Add($"MaxHerding, {Picks} picks", () => Selection.Choose(set, layer.Name, Picks, new MaxHerding()));
        Add("search, the first query", () => search.FindLike(0));
        Add("search, another query", () => search.FindLike(rows / 2));
        using (var queries = set[layer.Name].narrow(0, 0, Math.Min(Queries, rows)))
            Add($"search, {queries.shape[0]} queries at once", () => search.Find(queries));
        Add($"KMeansCenters, {Picks} picks", () => Selection.Choose(set, layer.Name, Picks, new KMeansCenters()));
        Add($"TypiClust, {Picks} picks", () => Selection.Choose(set, layer.Name, Picks, new TypiClust()));
        return text.AppendLine().ToString();

        void Add(string name, Action work)
        {
            var start = Stopwatch.GetTimestamp();
            work();
            var row = string.Create(CultureInfo.InvariantCulture, $"| {name} | {Stopwatch.GetElapsedTime(start).TotalSeconds:0.000} | {Machine.PeakMegabytes() / 1000:0.00} |");
            Console.WriteLine(row);
            text.AppendLine(row);
        }
    }

    private static Tensor Draw(int rows)
    {
        using var scope = NewDisposeScope();
        using var random = new RandomSource(1);
        var centers = nn.functional.normalize(random.Normal(Heaps, Directions), dim: 1);
        var turned = random.Normal(Directions, Length);
        var features = empty(rows, Length, device: CPU);
        for (var first = 0; first < rows; first += Heaps)
        {
            using var step = NewDisposeScope();
            var count = Math.Min(Heaps, rows - first);
            var places = centers.narrow(0, 0, count).add(random.Normal(count, Directions).mul(Spread / Math.Sqrt(Directions)));
            features.narrow(0, first, count).copy_(places.mm(turned));
        }
        return features.DetachFromDisposeScope();
    }
}

using System.Globalization;
using System.Text;
using SelfSup.Curation;
using SelfSup.Data;
using SelfSup.Transfer;

namespace SelfSup.Benchmarks;

/// <summary>How many changed copies of photos <see cref="Duplicates"/> finds, and how often it joins different photos.</summary>
internal static class CopiesBenchmark
{
    private const int PerKind = 250;
    private const int Named = 20;
    private static readonly double[] limits = [0.35, 0.4, Duplicates.DefaultCloseness, 0.5, 0.55];

    /// <summary>Plants copies and looks for them.</summary>
    /// <returns>The tables as Markdown.</returns>
    public static string Measure(Encoder encoder, ImageFolder photos)
    {
        var perKind = Math.Min(PerKind, photos.Count / PlantedCopies.Kinds.Count);
        using var planted = new PlantedCopies(photos, perKind, seed: 0);
        var layer = FeatureLayer.Find(encoder, FeatureLayer.PooledName);
        using var features = FeatureExtractor.Extract(encoder, planted.Images, [layer]);
        using var mirrored = FeatureExtractor.Extract(encoder, new MirroredImages(planted.Images), [layer]);
        var text = new StringBuilder();
        text.AppendLine($"### Copies among {photos.Count:N0} photos, {perKind} of each kind, {encoder.Architecture} at {encoder.ImageSize} px").AppendLine();
        text.AppendLine($"Copies are {PlantedCopies.Description}.").AppendLine();
        text.AppendLine($"| closeness | {string.Join(" | ", PlantedCopies.Kinds)} | groups | of them with different photos |").AppendLine($"|---|{string.Concat(PlantedCopies.Kinds.Select(_ => "---|"))}---|---|");
        foreach (var limit in limits)
        {
            var groups = Duplicates.Find(features, layer.Name, planted.Images, mirrored, limit);
            var mixed = groups.Where(group => group.Images.Select(planted.PhotoOf).Distinct().Skip(1).Any()).ToList();
            var found = groups.SelectMany(group => group.Images.GroupBy(planted.PhotoOf).Where(copies => copies.Skip(1).Any()).SelectMany(copies => copies)).CountBy(planted.KindOf).ToDictionary();
            var shares = PlantedCopies.Kinds.Select(kind => ((double)found.GetValueOrDefault(kind) / perKind).ToString("0.0 %", CultureInfo.InvariantCulture));
            text.AppendLine(CultureInfo.InvariantCulture, $"| {limit}{(limit == Duplicates.DefaultCloseness ? ", the default" : "")} | {string.Join(" | ", shares)} | {groups.Count} | {mixed.Count}, {(double)mixed.Count / groups.Count:0.0 %} |");
            if (limit == Duplicates.DefaultCloseness)
                Name(mixed, planted, photos);
        }
        return text.AppendLine().ToString();
    }

    private static void Name(List<DuplicateGroup> mixed, PlantedCopies planted, ImageFolder photos)
    {
        foreach (var group in mixed.Take(Named))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"different photos in one group, {group.Closeness:F2}: {string.Join(", ", group.Images.Select(planted.PhotoOf).Distinct().Select(photos.NameOf))}"));
    }
}

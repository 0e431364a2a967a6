using SelfSup.Curation;
using SelfSup.Data;

namespace SelfSup.Reports;

/// <summary>What features tell about images.</summary>
public static class CurationSections
{
    private const int MostShown = 48;
    private const int MostGroups = 24;
    private const int MostOfAGroup = 8;

    /// <summary>Adds the images that were chosen to be labeled.</summary>
    /// <param name="report">The report.</param>
    /// <param name="source">The images.</param>
    /// <param name="chosen">Places in the source, the most telling first, as <see cref="Selection.Choose"/> gives.</param>
    /// <returns>The report, to add more.</returns>
    public static HtmlReport AddSelection(this HtmlReport report, IImageSource source, IReadOnlyList<int> chosen) =>
        report.Add(new ReportSection("To label first")
            .AddText($"{Figure.Count(chosen.Count, "image")} of {Figure.Count(source.Count)}, the most telling first. The first ones alone are a good choice too.{Rest(chosen.Count, MostShown)}")
            .Add(Gallery.Of(chosen.Take(MostShown).Select((image, i) => Gallery.Picture(source, image, Figure.Count(i + 1))))));

    /// <summary>Adds images that are the same picture; the one to keep stands first and is marked.</summary>
    /// <param name="report">The report.</param>
    /// <param name="source">The images.</param>
    /// <param name="groups">What <see cref="Duplicates.Find"/> found.</param>
    /// <returns>The report, to add more.</returns>
    public static HtmlReport AddDuplicates(this HtmlReport report, IImageSource source, IReadOnlyList<DuplicateGroup> groups)
    {
        var extra = groups.Sum(group => group.Images.Count - 1);
        var section = new ReportSection("Duplicates").AddText(groups.Count == 0
            ? "No picture is there twice."
            : $"Pictures that are there more than once: {Figure.Count(groups.Count)}. Files that are not needed: {Figure.Count(extra)}. The largest file stands first, to be kept.{Rest(groups.Count, MostGroups)}");
        foreach (var group in groups.Take(MostGroups))
        {
            var images = group.Images.OrderBy(image => image != group.Keep).Take(MostOfAGroup);
            section.Add(Gallery.Row(
                Html.Of($"{Describe(group.Match, group.Closeness)}{Rest(group.Images.Count, MostOfAGroup)}"),
                images.Select(image => Gallery.Picture(source, image, image == group.Keep ? "keep" : null, isMarked: image == group.Keep))));
        }
        return report.Add(section);
    }

    /// <summary>Adds test images that were learned from, each beside the image that it is.</summary>
    /// <param name="report">The report.</param>
    /// <param name="testSource">The test images.</param>
    /// <param name="trainSource">The training images.</param>
    /// <param name="leaks">What <see cref="Duplicates.FindLeaks"/> found.</param>
    /// <returns>The report, to add more.</returns>
    public static HtmlReport AddLeaks(this HtmlReport report, IImageSource testSource, IImageSource trainSource, IReadOnlyList<LeakedImage> leaks)
    {
        var section = new ReportSection("Test images among training images").AddText(leaks.Count == 0
            ? "No test image is among the training images."
            : $"{Figure.Count(leaks.Count)} of {Figure.Count(testSource.Count, "test image")}: a test with them promises too much.{Rest(leaks.Count, MostGroups)}");
        foreach (var leak in leaks.Take(MostGroups))
        {
            section.Add(Gallery.Row(
                Html.Of($"{Describe(leak.Match, leak.Closeness)}"),
                [Gallery.Picture(testSource, leak.Test, "test", isMarked: true), Gallery.Picture(trainSource, leak.Train, "training")]));
        }
        return report.Add(section);
    }

    /// <summary>Adds some images and those most like each.</summary>
    /// <param name="report">The report.</param>
    /// <param name="source">The images.</param>
    /// <param name="search">Finds what is alike among them.</param>
    /// <param name="queries">Places in the source of the images to begin with.</param>
    /// <param name="count">How many to show of each, at least 1.</param>
    /// <returns>The report, to add more.</returns>
    public static HtmlReport AddNeighbors(this HtmlReport report, IImageSource source, ImageSearch search, IEnumerable<int> queries, int count = 6)
    {
        var section = new ReportSection("What is alike").AddText("An image in each row, then those nearest to it, with the cosine of their features.");
        foreach (var query in queries)
        {
            section.Add(Gallery.Row(Html.Of($"{source.NameOf(query)}"), [
                Gallery.Picture(source, query, "this", isMarked: true),
                .. search.FindLike(query, count).Select(hit => Gallery.Picture(source, hit.Image, FormattableString.Invariant($"{hit.Similarity:F2}"))),
            ]));
        }
        return report.Add(section);
    }

    /// <summary>Adds clusters of images, each by its most typical ones.</summary>
    /// <param name="report">The report.</param>
    /// <param name="source">The images.</param>
    /// <param name="clusters">What <see cref="ImageClusters.Find"/> found.</param>
    /// <returns>The report, to add more.</returns>
    public static HtmlReport AddClusters(this HtmlReport report, IImageSource source, IReadOnlyList<ImageCluster> clusters)
    {
        var section = new ReportSection("Clusters").AddText($"{Figure.Count(clusters.Count, "group")} of images that are alike, by their most typical ones.{Rest(clusters.Count, MostGroups)}");
        foreach (var cluster in clusters.Take(MostGroups))
            section.Add(Gallery.Row(Html.Of($"{Figure.Count(cluster.Images.Count, "image")}"), cluster.Images.Take(MostOfAGroup).Select(image => Gallery.Picture(source, image))));
        return report.Add(section);
    }

    /// <summary>Adds labels that are probably wrong, with what to look at first.</summary>
    /// <param name="report">The report.</param>
    /// <param name="labeled">The images with their labels.</param>
    /// <param name="issues">What <see cref="LabelIssues.Find"/> found.</param>
    /// <returns>The report, to add more.</returns>
    public static HtmlReport AddLabelIssues(this HtmlReport report, ILabeledImageSource labeled, LabelIssues issues)
    {
        var suspects = issues.Suspects.ToArray();
        var section = new ReportSection("Suspect labels").AddText(
            $"{Figure.Count(suspects.Length, "label")} of {Figure.Count(issues.Ranking.Count)} to look at, the most suspect first. A classifier that never saw an image gives its label in {Figure.Percent(issues.Accuracy)} of all; if that is low, suspicions mean little.{Rest(suspects.Length, MostShown)}");
        return report.Add(section.Add(Gallery.Of(suspects.Take(MostShown).Select(image => Gallery.Picture(
            labeled, image.Image, $"{labeled.ClassNames[image.Label]}, rather {labeled.ClassNames[image.Suggested]}")))));
    }

    /// <summary>Adds the images that are farthest from all others.</summary>
    /// <param name="report">The report.</param>
    /// <param name="source">The images.</param>
    /// <param name="ranked">What <see cref="Outliers.Rank"/> gave: all images, the farthest first.</param>
    /// <param name="count">How many to show, at least 1.</param>
    /// <returns>The report, to add more.</returns>
    public static HtmlReport AddOutliers(this HtmlReport report, IImageSource source, IReadOnlyList<OutlyingImage> ranked, int count = 24) =>
        report.Add(new ReportSection("Unlike all others")
            .AddText("How far an image is from its nearest neighbors; 1 is usual.")
            .Add(Gallery.Of(ranked.Take(count).Select(image => Gallery.Picture(source, image.Image, FormattableString.Invariant($"{image.Ratio:F2} times"))))));

    private static string Describe(DuplicateMatch match, double closeness) => match switch
    {
        DuplicateMatch.File => "The same file",
        DuplicateMatch.Pixels => "The same pixels",
        _ => FormattableString.Invariant($"Nearly the same, closeness {closeness:F2}"),
    };

    private static string Rest(int count, int shown) => count > shown ? $" The first {Figure.Count(shown)} are shown." : "";
}

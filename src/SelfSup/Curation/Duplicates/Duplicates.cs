using SelfSup.Data;
using SelfSup.Transfer;

namespace SelfSup.Curation;

/// <summary>Finds images that are the same picture: copies, and what compression, resizing, mirroring or cropping made of them.</summary>
/// <remarks>
/// Whether two are near is asked of their surroundings: where many images are alike, as shots of one product, copies must be nearer than
/// elsewhere. Their closeness is their distance, between features of length 1, divided by the distance of the tenth neighbor, the smaller
/// one of both: so up to ten copies of an image are known as such. Among fewer than twelve images there are no such surroundings, and for
/// sure only those of equal pixels are found.
/// </remarks>
public static class Duplicates
{
    /// <summary>The closeness up to which images count as near duplicates unless another is asked for.</summary>
    public const double DefaultCloseness = 0.45;

    /// <summary>Finds images that are the same picture, by files, pixels and features.</summary>
    /// <param name="features">The images' features. The time grows with the square of their number.</param>
    /// <param name="layer">Which of them, such as <see cref="FeatureLayer.PooledName"/>.</param>
    /// <param name="source">The images; where they have files these are compared, and the largest is proposed to be kept.</param>
    /// <param name="mirrored">
    /// Features of the same images as <see cref="MirroredImages"/>, to find mirrored copies too; without them few of these are found.
    /// </param>
    /// <param name="closeness">The closeness up to which two images are near duplicates, in (0, 1).</param>
    /// <param name="progress">Told the share that is done, 0..1.</param>
    /// <param name="cancellationToken">Asked between blocks of work.</param>
    /// <returns>Groups without a member in common, the closest first.</returns>
    public static IReadOnlyList<DuplicateGroup> Find(
        FeatureSet features, string layer, IImageSource source, FeatureSet? mirrored = null, double closeness = DefaultCloseness,
        IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        Check(features, mirrored, layer, closeness);
        var hashes = features.Images.Hashes;
        var surroundings = new Surroundings(features[layer], progress, cancellationToken);
        var pairs = SamePixels(hashes).Concat(surroundings.FindPairs(closeness)).ToList();
        if (mirrored is not null)
            pairs.AddRange(surroundings.FindClose(mirrored[layer], closeness, cancellationToken).Where(pair => pair.Query != pair.Row));
        var joined = new UnionFind(hashes.Length);
        foreach (var (one, other, _) in pairs)
            joined.Join(one, other);
        var farthest = pairs.GroupBy(pair => joined.RootOf(pair.One)).ToDictionary(group => group.Key, group => group.Max(pair => pair.Closeness));
        var files = FileContents.Of(source);
        return [.. joined.Groups()
            .Select(members => (Images: members.Select(row => features.Indices[row]).ToArray(), Members: members))
            .Select(group => new DuplicateGroup(
                group.Images, Best(group.Images, files), MatchOf(group.Images, files, group.Members.Select(row => hashes[row])), farthest[joined.RootOf(group.Members[0])]))
            .OrderBy(group => group.Match).ThenBy(group => group.Closeness).ThenBy(group => group.Images[0])];
    }

    /// <summary>Finds files that are the same, byte by byte, without an encoder and without decoding them.</summary>
    /// <param name="source">The images; those without a file of their own are passed over.</param>
    /// <param name="cancellationToken">Asked between files of different lengths.</param>
    /// <returns>Groups without a member in common.</returns>
    public static IReadOnlyList<DuplicateGroup> FindFiles(IImageSource source, CancellationToken cancellationToken = default) =>
        [.. FileContents.Of(source).Groups(cancellationToken)
            .OrderBy(images => images[0])
            .Select(images => new DuplicateGroup(images, images[0], DuplicateMatch.File, 0))];

    /// <summary>Finds test images that are training images too: a test with them promises too much.</summary>
    /// <param name="test">Features of the test images.</param>
    /// <param name="testSource">The test images.</param>
    /// <param name="train">Features of the training images, of the same encoder. The time grows with the product of both numbers.</param>
    /// <param name="trainSource">The training images.</param>
    /// <param name="layer">Which features, such as <see cref="FeatureLayer.PooledName"/>.</param>
    /// <param name="mirrored">Features of the test images as <see cref="MirroredImages"/>, to find mirrored copies too.</param>
    /// <param name="closeness">The closeness up to which two images are near duplicates, in (0, 1).</param>
    /// <param name="progress">Told the share that is done, 0..1.</param>
    /// <param name="cancellationToken">Asked between blocks of work.</param>
    /// <returns>The test images that are, each with the training image nearest to it, the closest first.</returns>
    public static IReadOnlyList<LeakedImage> FindLeaks(
        FeatureSet test, IImageSource testSource, FeatureSet train, IImageSource trainSource, string layer, FeatureSet? mirrored = null,
        double closeness = DefaultCloseness, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        Check(test, mirrored, layer, closeness);
        UnitRows.Check(train[layer]);
        var known = new Dictionary<UInt128, int>();
        foreach (var (row, hash) in train.Images.Hashes.Index())
            known.TryAdd(hash, row);
        var surroundings = new Surroundings(train[layer], progress, cancellationToken);
        var near = ((FeatureSet?[])[test, mirrored]).OfType<FeatureSet>()
            .SelectMany(set => surroundings.FindClose(set[layer], closeness, cancellationToken))
            .GroupBy(pair => pair.Query)
            .ToDictionary(pairs => pairs.Key, pairs => pairs.MinBy(pair => pair.Closeness));
        foreach (var (query, hash) in test.Images.Hashes.Index())
        {
            if (known.TryGetValue(hash, out var row))
                near[query] = (query, row, 0);
        }
        var (testFiles, trainFiles) = (FileContents.Of(testSource), FileContents.Of(trainSource));
        return [.. near.Values
            .Select(pair => Describe(pair.Query, pair.Row, pair.Closeness))
            .OrderBy(leak => leak.Match).ThenBy(leak => leak.Closeness).ThenBy(leak => leak.Test)];

        LeakedImage Describe(int query, int row, double figure)
        {
            var (testImage, trainImage) = (test.Indices[query], train.Indices[row]);
            var samePixels = test.Images.Hashes[query] == train.Images.Hashes[row];
            var sameFile = samePixels && testFiles.ContentOf(testImage) is { } content && content == trainFiles.ContentOf(trainImage);
            return new(testImage, trainImage, sameFile ? DuplicateMatch.File : samePixels ? DuplicateMatch.Pixels : DuplicateMatch.Features, figure);
        }
    }

    private static void Check(FeatureSet features, FeatureSet? mirrored, string layer, double closeness)
    {
        UnitRows.Check(features[layer]);
        if (mirrored is not null && !mirrored.Indices.SequenceEqual(features.Indices))
            throw new ArgumentException("The mirrored features are of other images.", nameof(mirrored));
        if (closeness is not (> 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(closeness), closeness, "The closeness of near duplicates is in (0, 1).");
    }

    private static IEnumerable<(int One, int Other, double Closeness)> SamePixels(IReadOnlyList<UInt128> hashes) => hashes.Index()
        .GroupBy(row => row.Item, row => row.Index)
        .SelectMany(same => same.Skip(1).Select(other => (same.First(), other, 0.0)));

    private static int Best(int[] images, FileContents files) => images.MaxBy(files.LengthOf);

    private static DuplicateMatch MatchOf(int[] images, FileContents files, IEnumerable<UInt128> hashes)
    {
        if (hashes.Distinct().Skip(1).Any())
            return DuplicateMatch.Features;
        var contents = images.Select(files.ContentOf).Distinct().ToArray();
        return contents is [not null] ? DuplicateMatch.File : DuplicateMatch.Pixels;
    }
}

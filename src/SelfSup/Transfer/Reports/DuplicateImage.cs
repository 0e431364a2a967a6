using SelfSup.Data;

namespace SelfSup.Transfer;

/// <summary>A test image that is a training image too.</summary>
/// <param name="Test">The test image's name.</param>
/// <param name="Train">The name of the first training image with the same pixels.</param>
public sealed record DuplicateImage(string Test, string Train)
{
    /// <summary>Finds the test images whose pixels are those of a training image.</summary>
    internal static IReadOnlyList<DuplicateImage> Find(IImageSource train, ReadImages trained, IImageSource test, ReadImages tested)
    {
        var known = new Dictionary<UInt128, int>();
        foreach (var (hash, index) in trained.Hashes.Zip(trained.Indices))
            known.TryAdd(hash, index);
        return [.. tested.Hashes.Zip(tested.Indices)
            .Where(image => known.ContainsKey(image.First))
            .Select(image => new DuplicateImage(test.NameOf(image.Second), train.NameOf(known[image.First])))];
    }
}

namespace SelfSup.Data;

/// <summary>What a file of many images holds.</summary>
/// <param name="images">The images, none yet.</param>
internal sealed class ShardListing(ImageShard images)
{
    /// <summary>The images.</summary>
    public ImageShard Images { get; } = images;

    /// <summary>What the file says of every image's class, a number or a name; null where it says nothing.</summary>
    public List<string?> Labels { get; } = [];

    /// <summary>The names of the classes that the file has for its numbers; null where it has none.</summary>
    public IReadOnlyList<string>? ClassNames { get; set; }

    /// <summary>What is left out, with the reason.</summary>
    public List<ImageFailure> Failures { get; } = [];

    /// <summary>Leaves a part of the file out.</summary>
    /// <param name="name">Its name in the file.</param>
    /// <param name="reason">Why.</param>
    public void LeaveOut(string name, string reason) => Failures.Add(new($"{Path.GetFileName(Images.Path)}/{name}", reason));
}

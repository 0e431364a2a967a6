using SelfSup.Data;
using SkiaSharp;

namespace SelfSup.Benchmarks;

/// <summary>A folder of links to photos and, beside them, changed copies of some of them; it is deleted at the end.</summary>
internal sealed class PlantedCopies : IDisposable
{
    private const int Quality = 90;
    private const int LowQuality = 40;
    private const double Cropped = 0.05;

    private readonly string folder = Directory.CreateTempSubdirectory("selfsup-benchmarks-").FullName;

    /// <summary>Plants copies, each of another photo.</summary>
    /// <param name="photos">The photos.</param>
    /// <param name="perKind">How many copies of every kind.</param>
    /// <param name="seed">Decides of which photos, and where they are cropped.</param>
    public PlantedCopies(ImageFolder photos, int perKind, int seed)
    {
        var random = new Random(seed);
        int[] order = [.. Enumerable.Range(0, photos.Count)];
        random.Shuffle(order);
        for (var i = 0; i < photos.Count; i++)
            File.CreateSymbolicLink(Path.Combine(folder, $"{i:D6} original.jpg"), Path.GetFullPath(photos.FileOf(i)));
        foreach (var (place, image) in order.Take(perKind * Kinds.Count).Index())
        {
            using var picture = SKBitmap.Decode(photos.FileOf(image));
            Write(picture, Kinds[place / perKind], Path.Combine(folder, $"{image:D6} {Kinds[place / perKind]}.jpg"), random);
        }
        Images = ImageFolder.Open(folder);
    }

    /// <summary>The kinds of copies.</summary>
    public static IReadOnlyList<string> Kinds { get; } = ["recompressed", "resized", "mirrored", "cropped"];

    /// <summary>How they were made.</summary>
    public static string Description => $"recompressed by JPEG of quality {LowQuality}; resized to half the side; mirrored; cropped by {Cropped:0 %} of each side at a place drawn at random";

    /// <summary>Photos and copies.</summary>
    public ImageFolder Images { get; }

    /// <summary>Which photo an image is of.</summary>
    public int PhotoOf(int image) => int.Parse(Images.NameOf(image)[..6]);

    /// <summary>What kind of copy an image is; "original" for none.</summary>
    public string KindOf(int image) => Path.GetFileNameWithoutExtension(Images.NameOf(image))[7..];

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static void Write(SKBitmap picture, string kind, string file, Random random)
    {
        var (width, height) = kind == "resized" ? (picture.Width / 2, picture.Height / 2) : (picture.Width, picture.Height);
        var (left, top) = (0.0, 0.0);
        if (kind == "cropped")
        {
            (left, top) = (random.NextDouble() * Cropped * width, random.NextDouble() * Cropped * height);
            (width, height) = ((int)((1 - Cropped) * width), (int)((1 - Cropped) * height));
        }
        using var copy = new SKBitmap(width, height);
        using (var canvas = new SKCanvas(copy))
        {
            if (kind == "mirrored")
                canvas.Scale(-1, 1, width / 2f, 0);
            using var image = SKImage.FromBitmap(picture);
            var target = kind == "resized" ? new SKRect(0, 0, width, height) : SKRect.Create(-(int)left, -(int)top, picture.Width, picture.Height);
            canvas.DrawImage(image, target, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        }
        using var jpeg = copy.Encode(SKEncodedImageFormat.Jpeg, kind == "recompressed" ? LowQuality : Quality);
        using var stream = File.Create(file);
        jpeg.SaveTo(stream);
    }
}

using SelfSup.Data;

namespace SelfSup.Usage.Tests.Programs;

/// <summary>Folders for the samples to work on: few, small images, in a sub-folder for each of two classes.</summary>
internal static class SampleFolders
{
    /// <summary>Draws the images.</summary>
    /// <param name="folder">Receives <c>left</c> and <c>right</c>.</param>
    /// <param name="count">How many images.</param>
    public static void DrawPhotos(string folder, int count = 24)
    {
        const int side = 32;
        var scenes = new ProceduralImages(count, seed: 3);
        var planes = new byte[3 * side * side];
        for (var i = 0; i < count; i++)
        {
            scenes.Read(i, side, planes);
            var rgb = Enumerable.Range(0, planes.Length).Select(at => planes[at % 3 * side * side + at / 3]).ToArray();
            PngFile.Write(Path.Combine(folder, i % 2 == 0 ? "left" : "right", $"{i:D3}.png"), side, side, rgb);
        }
    }
}

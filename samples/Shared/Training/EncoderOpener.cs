using SelfSup.Encoders;
using SelfSup.Files;

namespace SelfSup.Samples;

/// <summary>Opens encoders of any origin.</summary>
internal static class EncoderOpener
{
    /// <summary>Opens an encoder's file, or makes one of weights.</summary>
    /// <param name="path">The file, or a folder with it, such as a run's.</param>
    /// <param name="size">Side of the images; null for the file's.</param>
    /// <param name="architecture">What the weights are of; null for what the file says or shows.</param>
    /// <param name="prefix">Which of several sets of weights.</param>
    /// <param name="zoom">Whether it sees the middle of every image too.</param>
    /// <returns>The encoder, and what was taken of the file: to be said once all options are known to be right.</returns>
    public static (Encoder Encoder, string Taken) Open(string path, int? size, string? architecture = null, string? prefix = null, bool zoom = false)
    {
        if (RunFolders.HasRun(path))
            path = Path.Combine(path, "encoder.safetensors"); // and not a checkpoint
        var encoder = EncoderFile.LoadPretrained(path, out var loaded, size, architecture, prefix);
        return (zoom ? new CenterZoom(encoder) : encoder, $"{path}: {loaded}");
    }
}

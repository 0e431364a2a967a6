using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace SelfSup.Runtime;

/// <summary>Tells what was asked for when memory ran out, and what to try; libtorch tells bytes alone.</summary>
internal static class MemoryShortage
{
    // What libtorch says on Linux and macOS, on Windows, of a GPU and its libraries, and of the C++ library's own memory.
    private static readonly string[] Reports =
        ["can't allocate memory", "not enough memory", "out of memory", "ALLOC_FAILED", "bad_alloc"];

    /// <summary>Whether an exception says that memory ran out.</summary>
    public static bool IsIn(Exception exception) =>
        exception is OutOfMemoryException and not InsufficientMemoryException ||
        exception is ExternalException && Reports.Any(report => exception.Message.Contains(report, StringComparison.OrdinalIgnoreCase));

    /// <summary>Runs work on a batch; when memory runs out, the exception names batch, image size, encoder and device.</summary>
    /// <param name="encoder">The encoder that works on the batch.</param>
    /// <param name="count">Images or clips in the batch.</param>
    /// <param name="frames">Frames of each; 1 for images.</param>
    /// <param name="work">The work.</param>
    /// <returns>What the work returned.</returns>
    /// <exception cref="InsufficientMemoryException">Memory ran out.</exception>
    public static T Explain<T>(Encoder encoder, int count, int frames, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (IsIn(e))
        {
            var (side, device) = (encoder.ImageSize, encoder.parameters().First().device);
            var images = frames == 1 ? $"{count} images" : $"{count} clips of {frames} frames";
            throw new InsufficientMemoryException(
                $"There is not enough memory on {device} for '{encoder.Architecture}' on a batch of {images} of {side} x {side} pixels. " +
                $"Try a smaller batch, smaller images or a smaller encoder. ({FirstLine(e.Message)})", e);
        }
    }

    /// <summary>Makes room for features.</summary>
    /// <param name="images">Number of images.</param>
    /// <param name="length">Features of each.</param>
    /// <returns>Memory of any content, float32 (images, length) on the CPU, owned by the caller.</returns>
    /// <exception cref="InsufficientMemoryException">There is not so much memory.</exception>
    public static Tensor AllocateFeatures(long images, long length)
    {
        try
        {
            return empty(images, length, device: CPU);
        }
        catch (Exception e) when (IsIn(e))
        {
            throw new InsufficientMemoryException(
                FormattableString.Invariant($"There is not enough memory for {length:N0} features each of {images:N0} images, {4e-9 * images * length:F1} GB. ") +
                "Use fewer images, or a single stage with fewer features.", e);
        }
    }

    // After it come addresses in libtorch.
    private static string FirstLine(string message) => message.Split('\n')[0].Trim();
}

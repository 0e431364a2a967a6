using System.Buffers.Binary;
using SkiaSharp;

namespace SelfSup.Data;

/// <summary>An animated PNG file. Skia decodes its frames one by one; they are drawn over each other here.</summary>
internal sealed class PngAnimationFile(string root, string name, int count) : FrameSequence(name, [name], count)
{
    /// <summary>Counts the frames of a PNG file; 1 if it is no animation, or cannot be read, which reading will tell.</summary>
    public static int CountFrames(string path)
    {
        try
        {
            if (!AnnouncesAnimation(path))
                return 1;
            using var file = FileBytes.Read(path);
            return Math.Max(AnimatedPng.Read(file.Span)?.Frames.Count ?? 1, 1);
        }
        catch (Exception e) when (e is ImageReadException or IOException or UnauthorizedAccessException)
        {
            return 1;
        }
    }

    public override void Read(int first, int stride, int size, double place, Span<byte> pixels)
    {
        using var file = FileBytes.Read(Path.Combine(root, Name));
        var frameBytes = 3 * size * size;
        var last = first + (pixels.Length / frameBytes - 1) * stride;
        var animation = AnimatedPng.Read(file.Span);
        if ((animation?.Frames.Count ?? 1) <= last || animation is null)
            throw new ImageReadException($"the file has {animation?.Frames.Count ?? 1} frames, not the {last + 1} that it had when it was opened");
        var (width, height) = (animation.Width, animation.Height);
        if (width < 1 || height < 1 || (long)width * height > AnimationFile.MaxPixels)
            throw new ImageReadException($"{width} x {height} is above the limit of {AnimationFile.MaxPixels} pixels for animations");
        var frame = first;
        while (frame > 0 && !animation.Frames[frame].StandsAlone(width, height))
            frame--;
        var orientation = ExifOrientation.Read(file.Span);
        using var canvas = new PngCanvas(width, height);
        for (; frame <= last; frame++)
        {
            var picture = canvas.Draw(animation, file.Span, frame);
            if (frame >= first && (frame - first) % stride == 0)
            {
                SkiaImageDecoder.CropSquare(picture, new SKSizeI(width, height), orientation, size, place, pixels[..frameBytes]);
                pixels = pixels[frameBytes..];
            }
            canvas.Dispose(animation.Frames[frame]);
        }
    }

    /// <summary>Looks at the chunks before the picture, without reading the file: most PNG files of a folder are no animations.</summary>
    private static bool AnnouncesAnimation(string path)
    {
        const int chunkHead = 8, overhead = 12, maxChunks = 100;
        if (FileTarget.Of(path) is not FileInfo { Exists: true, Length: > 0 }) // no pipe, whose opening would wait
            return false;
        using var file = File.OpenHandle(path);
        Span<byte> head = stackalloc byte[chunkHead];
        if (RandomAccess.Read(file, head, 0) < chunkHead || !head.SequenceEqual(PngChunks.Signature))
            return false;
        long at = chunkHead;
        for (var chunk = 0; chunk < maxChunks && RandomAccess.Read(file, head, at) == chunkHead && !head.EndsWith("IDAT"u8); chunk++)
        {
            if (head.EndsWith("acTL"u8))
                return true;
            at += overhead + BinaryPrimitives.ReadUInt32BigEndian(head);
        }
        return false;
    }
}

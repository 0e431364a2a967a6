using System.Buffers;
using SkiaSharp;

namespace SelfSup.Data;

/// <summary>An animated GIF or WebP file, of which Skia draws one frame over another.</summary>
internal sealed class AnimationFile(string root, string name, int count) : FrameSequence(name, [name], count)
{
    private const int BytesPerPixel = 4;

    // Two pictures of this size are held for every reading thread.
    public const long MaxPixels = 1 << 24;

    /// <summary>Counts the frames of a GIF or WebP file; 1 if it is no animation, or cannot be read, which reading will tell.</summary>
    public static int CountFrames(string path)
    {
        try
        {
            using var file = FileBytes.Read(path);
            return Open(file.Span, codec => Math.Max(codec.FrameCount, 1));
        }
        catch (ImageReadException)
        {
            return 1;
        }
    }

    public override void Read(int first, int stride, int size, double place, Span<byte> pixels)
    {
        using var file = FileBytes.Read(Path.Combine(root, Name));
        var frameBytes = 3 * size * size;
        var orientation = ExifOrientation.Read(file.Span);
        // Spans cannot go into the callback, so the clip passes through a borrowed buffer.
        var clip = ArrayPool<byte>.Shared.Rent(pixels.Length);
        try
        {
            var frames = pixels.Length / frameBytes;
            Open(file.Span, codec =>
            {
                Decode(codec, orientation, first, stride, frames, size, place, clip);
                return true;
            });
            clip.AsSpan(0, pixels.Length).CopyTo(pixels);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(clip);
        }
    }

    private static unsafe T Open<T>(ReadOnlySpan<byte> encoded, Func<SKCodec, T> use)
    {
        fixed (byte* bytes = encoded)
        {
            using var data = SKData.Create((nint)bytes, encoded.Length);
            using var codec = SKCodec.Create(data) ?? throw new ImageReadException(UnreadableFile.ReasonFor(encoded));
            return use(codec);
        }
    }

    private static void Decode(
        SKCodec codec, Orientation orientation, int first, int stride, int count, int size, double place, Span<byte> pixels)
    {
        var info = new SKImageInfo(codec.Info.Width, codec.Info.Height, SKColorType.Rgba8888, SKAlphaType.Premul);
        if ((long)info.Width * info.Height is < 1 or > MaxPixels)
            throw new ImageReadException($"{info.Width} x {info.Height} is above the limit of {MaxPixels} pixels for animations");
        var last = first + (count - 1) * stride;
        var frames = codec.FrameInfo;
        if (frames.Length <= last)
            throw new ImageReadException($"the file has {frames.Length} frames, not the {last + 1} that it had when it was opened");
        // What lies before a frame that needs no other cannot be seen in the clip.
        var frame = first;
        while (frame > 0 && frames[frame].RequiredFrame >= 0)
            frame = frames[frame].RequiredFrame;
        using var canvas = new AnimationCanvas(codec, info, frames);
        for (var frameBytes = 3 * size * size; frame <= last; frame++)
        {
            var picture = canvas.Draw(frame);
            if (frame >= first && (frame - first) % stride == 0)
            {
                SkiaImageDecoder.CropSquare(picture, new SKSizeI(info.Width, info.Height), orientation, size, place, pixels[..frameBytes]);
                pixels = pixels[frameBytes..];
            }
        }
    }

    /// <summary>The picture as it stands, and the one below a frame that will be taken away again.</summary>
    private sealed class AnimationCanvas(SKCodec codec, SKImageInfo info, SKCodecFrameInfo[] frames) : IDisposable
    {
        private const int None = -1;
        private readonly byte[] kept = ArrayPool<byte>.Shared.Rent(info.BytesSize);
        private byte[]? passing;
        private int keptFrame = None;

        /// <summary>Draws a frame, given that those before it were drawn as far as it needs them.</summary>
        public ReadOnlySpan<byte> Draw(int frame)
        {
            if (frames[frame].DisposalMethod != SKCodecAnimationDisposalMethod.RestorePrevious)
            {
                DrawOn(kept, frame);
                keptFrame = frame;
                return kept.AsSpan(0, info.BytesSize);
            }
            passing ??= ArrayPool<byte>.Shared.Rent(info.BytesSize);
            kept.AsSpan(0, info.BytesSize).CopyTo(passing);
            DrawOn(passing, frame);
            return passing.AsSpan(0, info.BytesSize);
        }

        public void Dispose()
        {
            ArrayPool<byte>.Shared.Return(kept);
            if (passing is not null)
                ArrayPool<byte>.Shared.Return(passing);
        }

        private unsafe void DrawOn(byte[] target, int frame)
        {
            // Where the frame does not build on the one at hand, Skia draws all that it builds on itself.
            var prior = frames[frame].RequiredFrame == keptFrame ? keptFrame : None;
            fixed (byte* start = target)
            {
                var result = codec.GetPixels(info, (nint)start, info.Width * BytesPerPixel, new SKCodecOptions(frame, prior));
                if (result != SKCodecResult.Success)
                    throw new ImageReadException($"frame {frame}: {SkiaImageDecoder.ReasonOf(result)}");
            }
        }
    }
}

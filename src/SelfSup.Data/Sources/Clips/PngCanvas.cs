using SkiaSharp;

namespace SelfSup.Data;

/// <summary>The picture of an animated PNG as it stands, in premultiplied RGBA, clear at first.</summary>
internal sealed class PngCanvas : IDisposable
{
    private const int BytesPerPixel = PixelBuffer.BytesPerPixel;

    private readonly int width, height;
    private readonly PixelBuffer picture;
    private byte[]? previous;

    public PngCanvas(int width, int height)
    {
        (this.width, this.height) = (width, height);
        picture = new PixelBuffer(width, height);
        picture.Bytes.Clear();
    }

    /// <summary>Draws a frame on what is there.</summary>
    /// <exception cref="ImageReadException">The frame is damaged, or lies beside the picture.</exception>
    public ReadOnlySpan<byte> Draw(AnimatedPng animation, ReadOnlySpan<byte> png, int number)
    {
        var frame = animation.Frames[number];
        if (!frame.Fits(width, height))
            throw new ImageReadException($"frame {number}: the file is damaged: the frame does not lie within the picture");
        if (frame.Disposal == PngDisposal.RestorePrevious)
            previous = picture.Bytes.ToArray();
        using var still = new PixelBuffer(frame.Width, frame.Height);
        Decode(animation.StillOf(png, number), frame, number, still.Bytes);
        for (var y = 0; y < frame.Height; y++)
        {
            var source = still.Bytes.Slice(y * frame.Width * BytesPerPixel, frame.Width * BytesPerPixel);
            if (frame.IsBlended)
                Blend(source, RowOf(frame, y));
            else
                source.CopyTo(RowOf(frame, y));
        }
        return picture.Bytes;
    }

    /// <summary>Does with a frame that was drawn what it asks for before the next.</summary>
    public void Dispose(PngFrame frame)
    {
        if (frame.Disposal == PngDisposal.RestorePrevious)
            previous.CopyTo(picture.Bytes);
        for (var y = 0; frame.Disposal == PngDisposal.Clear && y < frame.Height; y++)
            RowOf(frame, y).Clear();
    }

    public void Dispose() => picture.Dispose();

    private static unsafe void Decode(byte[] still, PngFrame frame, int number, Span<byte> pixels)
    {
        using var data = SKData.CreateCopy(still);
        using var codec = SKCodec.Create(data) ?? throw new ImageReadException($"frame {number}: the file is damaged");
        var info = new SKImageInfo(frame.Width, frame.Height, SKColorType.Rgba8888, SKAlphaType.Premul);
        fixed (byte* target = pixels)
        {
            var result = codec.GetPixels(info, (nint)target, info.RowBytes, SKCodecOptions.Default);
            if (result != SKCodecResult.Success)
                throw new ImageReadException($"frame {number}: {SkiaImageDecoder.ReasonOf(result)}");
        }
    }

    private static void Blend(ReadOnlySpan<byte> source, Span<byte> target)
    {
        for (var at = 0; at < source.Length; at += BytesPerPixel)
        {
            var seenThrough = 255 - source[at + 3];
            for (var i = at; i < at + BytesPerPixel; i++)
                target[i] = (byte)(source[i] + (target[i] * seenThrough + 127) / 255);
        }
    }

    private Span<byte> RowOf(PngFrame frame, int y) =>
        picture.Bytes.Slice(((frame.Top + y) * width + frame.Left) * BytesPerPixel, frame.Width * BytesPerPixel);
}

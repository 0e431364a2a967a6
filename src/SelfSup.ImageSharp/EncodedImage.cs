using SixLabors.ImageSharp;
using SixLabors.ImageSharp.Formats;
using SixLabors.ImageSharp.Formats.Gif;
using SixLabors.ImageSharp.Formats.Jpeg;
using SixLabors.ImageSharp.Formats.Tiff;
using SixLabors.ImageSharp.PixelFormats;

namespace SelfSup.ImageSharp;

/// <summary>Reads files with ImageSharp: all that differs between its versions 2.1 and 3.1.</summary>
internal static class EncodedImage
{
    /// <summary>The size that a header claims; null if the format is not known.</summary>
    public static unsafe (int Width, int Height)? Identify(Configuration configuration, ReadOnlySpan<byte> encoded)
    {
#if IMAGESHARP_3
        var header = Image.Identify(new DecoderOptions { Configuration = configuration, MaxFrames = 1 }, encoded);
        return (header.Width, header.Height);
#else
        fixed (byte* bytes = encoded)
        {
            using var stream = new UnmanagedMemoryStream(bytes, encoded.Length);
            return Image.Identify(configuration, stream) is { } header ? (header.Width, header.Height) : null;
        }
#endif
    }

    /// <summary>Decodes the first frame, at least as large as a square of a size or as the file is.</summary>
    public static unsafe Image<Rgba32> Load(Configuration configuration, ReadOnlySpan<byte> encoded, int size)
    {
#if IMAGESHARP_3
        if (!encoded.StartsWith<byte>([0xFF, 0xD8]))
            return Image.Load<Rgba32>(new DecoderOptions { Configuration = configuration, MaxFrames = 1 }, encoded);
        // The smallest scale that the decoder has by itself and that covers the square: much cheaper for large JPEGs.
        var options = new JpegDecoderOptions
        {
            GeneralOptions = new DecoderOptions { Configuration = configuration, TargetSize = new Size(size, size) },
            ResizeMode = JpegDecoderResizeMode.IdctOnly,
        };
        fixed (byte* bytes = encoded)
        {
            using var stream = new UnmanagedMemoryStream(bytes, encoded.Length);
            return JpegDecoder.Instance.Decode<Rgba32>(options, stream);
        }
#else
        _ = size; // 2.1 has no scales to decode at.
        return Image.Load<Rgba32>(configuration, encoded);
#endif
    }

    /// <summary>Keeps decoders from reading frames after the first, where that is a setting of theirs.</summary>
    public static void TakeFirstFrames(Configuration configuration)
    {
#if !IMAGESHARP_3
        configuration.ImageFormatsManager.SetDecoder(GifFormat.Instance, new GifDecoder { DecodingMode = SixLabors.ImageSharp.Metadata.FrameDecodingMode.First });
        configuration.ImageFormatsManager.SetDecoder(TiffFormat.Instance, new TiffDecoder { DecodingMode = SixLabors.ImageSharp.Metadata.FrameDecodingMode.First });
#endif
    }
}

using BitMiracle.LibTiff.Classic;
using SkiaSharp;

namespace SelfSup.Data;

/// <summary>Decodes the first page of TIFF files with LibTiff.NET.</summary>
internal static class TiffPicture
{
    /// <summary>The package that decodes, with its version.</summary>
    public static string DecoderName { get; } = $"LibTiff.NET {typeof(Tiff).Assembly.GetName().Version!.ToString(3)}";

    /// <summary>Decodes a file as <see cref="IImageDecoder.Decode(ReadOnlySpan{byte}, int, double, Span{byte})"/> does.</summary>
    public static unsafe void Decode(ReadOnlySpan<byte> encoded, long maxPixels, int size, double place, Span<byte> pixels)
    {
        var layout = TiffLayout.Read(encoded, maxPixels);
        using var rgba = new PixelBuffer(layout.Width, layout.Height);
        fixed (byte* bytes = encoded)
        {
            using var file = new TiffBytes(bytes, encoded.Length);
            try
            {
                using var tiff = Tiff.ClientOpen("TIFF", "r", file, new TiffStream()) ?? throw file.Failure();
                Read(tiff, file, layout, rgba.Bytes);
            }
            // Which exceptions damaged bytes end in is written down nowhere.
            catch (Exception e) when (e is not (ImageReadException or OutOfMemoryException))
            {
                throw new ImageReadException($"the file is damaged ({e.Message.TrimEnd('.')})", e);
            }
        }
        SkiaImageDecoder.CropSquare(rgba.Bytes, new SKSizeI(layout.Width, layout.Height), ExifOrientation.Read(encoded), size, place, pixels);
    }

    private static void Read(Tiff tiff, TiffBytes file, TiffLayout layout, Span<byte> rgba)
    {
        if (layout.Photometric == TiffLayout.YCbCr)
            tiff.SetField(TiffTag.JPEGCOLORMODE, JpegColorMode.RGB);
        var samples = new TiffSamples(layout);
        for (var plane = 0; plane < (layout.IsPlanar ? layout.Colors : 1); plane++)
        {
            if (layout.IsTiled)
                ReadTiles(tiff, file, layout, samples, plane, rgba);
            else
                ReadRows(tiff, file, layout, samples, plane, rgba);
        }
        samples.MakeColors(rgba);
    }

    private static void ReadRows(Tiff tiff, TiffBytes file, TiffLayout layout, TiffSamples samples, int plane, Span<byte> rgba)
    {
        var row = new byte[tiff.ScanlineSize()];
        for (var y = 0; y < layout.Height; y++)
        {
            if (!tiff.ReadScanline(row, y, (short)plane) || file.HasFault)
                throw file.Failure();
            Copy(layout, samples, row, plane, rgba.Slice(y * layout.Width * PixelBuffer.BytesPerPixel, layout.Width * PixelBuffer.BytesPerPixel));
        }
    }

    private static void ReadTiles(Tiff tiff, TiffBytes file, TiffLayout layout, TiffSamples samples, int plane, Span<byte> rgba)
    {
        var tile = new byte[tiff.TileSize()];
        var rowBytes = tiff.TileRowSize();
        for (var top = 0; top < layout.Height; top += layout.TileHeight)
        {
            for (var left = 0; left < layout.Width; left += layout.TileWidth)
            {
                if (tiff.ReadTile(tile, 0, left, top, 0, (short)plane) < 0 || file.HasFault)
                    throw file.Failure();
                var width = Math.Min(layout.TileWidth, layout.Width - left);
                for (var y = 0; y < Math.Min(layout.TileHeight, layout.Height - top); y++)
                {
                    var target = ((top + y) * layout.Width + left) * PixelBuffer.BytesPerPixel;
                    Copy(layout, samples, tile.AsSpan(y * rowBytes, rowBytes), plane, rgba.Slice(target, width * PixelBuffer.BytesPerPixel));
                }
            }
        }
    }

    private static void Copy(TiffLayout layout, TiffSamples samples, ReadOnlySpan<byte> row, int plane, Span<byte> rgba)
    {
        if (layout.IsPlanar)
            samples.CopyPlane(row, plane, rgba);
        else
            samples.CopyPixels(row, rgba);
    }
}

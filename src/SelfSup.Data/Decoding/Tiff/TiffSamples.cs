using System.Runtime.InteropServices;

namespace SelfSup.Data;

/// <summary>Turns a TIFF's samples into RGBA of 8 bits: more bits are scaled, so that white stays white.</summary>
internal readonly struct TiffSamples(TiffLayout layout)
{
    private readonly int max = (1 << layout.Bits) - 1;

    /// <summary>Puts the samples of pixels that lie together to the first channels of their places.</summary>
    public void CopyPixels(ReadOnlySpan<byte> row, Span<byte> rgba)
    {
        var (colors, samples) = (layout.Colors, layout.Samples);
        for (int x = 0, first = 0; 4 * x < rgba.Length; x++, first += samples)
        {
            for (var i = 0; i < colors; i++)
                rgba[4 * x + i] = Sample(row, first + i);
        }
    }

    /// <summary>Puts the samples of one plane to a channel.</summary>
    public void CopyPlane(ReadOnlySpan<byte> row, int plane, Span<byte> rgba)
    {
        for (var x = 0; 4 * x < rgba.Length; x++)
            rgba[4 * x + plane] = Sample(row, x);
    }

    /// <summary>Makes opaque colors of the samples, when all are there.</summary>
    public void MakeColors(Span<byte> rgba)
    {
        var palette = layout.Palette;
        for (var at = 0; at < rgba.Length; at += 4)
        {
            var pixel = rgba.Slice(at, 4);
            switch (layout.Photometric)
            {
                case TiffLayout.MinIsWhite:
                    pixel.Fill((byte)(255 - pixel[0]));
                    break;
                case TiffLayout.MinIsBlack:
                    pixel.Fill(pixel[0]);
                    break;
                case TiffLayout.Indexed:
                    var (index, count) = (pixel[0], palette.Length / 3);
                    (pixel[0], pixel[1], pixel[2]) = (palette[index], palette[count + index], palette[2 * count + index]);
                    break;
                case TiffLayout.Cmyk:
                    var light = 255 - pixel[3];
                    for (var i = 0; i < 3; i++)
                        pixel[i] = (byte)(((255 - pixel[i]) * light + 127) / 255);
                    break;
            }
            pixel[3] = byte.MaxValue;
        }
    }

    private byte Sample(ReadOnlySpan<byte> row, int index)
    {
        var bits = layout.Bits;
        if (bits == 8)
            return row[index];
        if (bits == 16)
            return (byte)((MemoryMarshal.Read<ushort>(row[(2 * index)..]) + 128) / 257);
        var (value, at) = (0, (long)index * bits);
        for (var bit = 0; bit < bits; bit++, at++)
            value = value << 1 | row[(int)(at >> 3)] >> (int)(7 - (at & 7)) & 1;
        return (byte)(layout.Photometric == TiffLayout.Indexed ? value : (value * 255 + max / 2) / max);
    }
}

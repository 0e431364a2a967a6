using System.Buffers.Binary;

namespace SelfSup.Data;

/// <summary>What becomes of a frame before the next is drawn, by PNG's numbers.</summary>
internal enum PngDisposal
{
    Stay,
    Clear,
    RestorePrevious,
}

/// <summary>A frame of an animated PNG: where it is drawn, and how.</summary>
internal sealed record PngFrame(int Left, int Top, int Width, int Height, PngDisposal Disposal, bool IsBlended)
{
    /// <summary>Where its compressed data lie in the file, in pieces.</summary>
    public List<(int Start, int Length)> Data { get; } = [];

    public static PngFrame Read(ReadOnlySpan<byte> control)
    {
        const int disposal = 24, blending = 25;
        return new(Number(control, 12), Number(control, 16), Number(control, 4), Number(control, 8), (PngDisposal)control[disposal], control[blending] == 1);
    }

    /// <summary>Whether it lies on a canvas.</summary>
    public bool Fits(int width, int height) => Width >= 1 && Height >= 1 && Left >= 0 && Top >= 0
        && (long)Left + Width <= width && (long)Top + Height <= height && Disposal <= PngDisposal.RestorePrevious;

    /// <summary>Whether nothing that was drawn before it can be seen in it or after it.</summary>
    public bool StandsAlone(int width, int height) =>
        Width == width && Height == height && !IsBlended && Disposal != PngDisposal.RestorePrevious;

    private static int Number(ReadOnlySpan<byte> control, int at) => BinaryPrimitives.ReadInt32BigEndian(control[at..]);
}

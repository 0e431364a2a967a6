using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>A tensor's values as raw little-endian bytes in reading order, in pieces that a span can hold.</summary>
internal static class RawTensor
{
    private const long PieceLength = 1 << 24;

    /// <summary>Writes the values of a tensor of any device and memory layout. Borrowed.</summary>
    public static void Write(Stream stream, Tensor tensor) => Visit(tensor, stream.Write);

    /// <summary>Hands over the values of a tensor of any device and memory layout, piece by piece. Borrowed.</summary>
    public static void Visit(Tensor tensor, Action<ReadOnlySpan<byte>> visit)
    {
        using var noGrad = no_grad();
        using var scope = NewDisposeScope();
        var values = tensor.detach().contiguous().view(-1);
        var count = values.numel();
        for (long first = 0; first < count; first += PieceLength)
        {
            using var piece = values.narrow(0, first, Math.Min(PieceLength, count - first)).cpu();
            visit(piece.bytes);
        }
    }

    /// <summary>Reads a tensor; the caller has checked that the stream is as long, for all of it is allocated first.</summary>
    /// <returns>The tensor on the CPU, owned by the caller and in no dispose scope.</returns>
    /// <exception cref="EndOfStreamException">The stream is shorter.</exception>
    /// <exception cref="InvalidDataException">Bytes of a bool are neither 0 nor 1; the message goes on after the tensor's name.</exception>
    public static Tensor Read(Stream stream, long[] shape, ScalarType type)
    {
        using var scope = NewDisposeScope();
        var tensor = empty(shape, dtype: type, device: CPU);
        var values = tensor.view(-1);
        var count = values.numel();
        for (long first = 0; first < count; first += PieceLength)
        {
            using var piece = values.narrow(0, first, Math.Min(PieceLength, count - first));
            stream.ReadExactly(piece.bytes);
            // Any other byte would be a bool that is neither true nor false.
            if (type == ScalarType.Bool && piece.bytes.ContainsAnyExceptInRange((byte)0, (byte)1))
                throw new InvalidDataException("is BOOL but has bytes other than 0 and 1.");
        }
        return tensor.DetachFromDisposeScope();
    }
}

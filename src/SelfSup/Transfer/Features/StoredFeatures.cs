using SelfSup.Data;
using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Features in a temporary file, written and read some rows at a time: all of them may not fit in memory.</summary>
/// <param name="length">Features of a row.</param>
/// <param name="bytesAtOnce">Memory for rows that are read together; by default few enough to stay in the processor's cache while they are used.</param>
internal sealed class StoredFeatures(int length, int bytesAtOnce = 4 << 20) : IDisposable
{
    private readonly FileStream file = TemporaryFile.Create();

    /// <summary>Features of a row.</summary>
    public int Length => length;

    /// <summary>How many rows there are.</summary>
    public long Count { get; private set; }

    /// <summary>How many rows to read together.</summary>
    public int RowsAtOnce => Math.Max(1, bytesAtOnce / (sizeof(float) * length));

    /// <summary>Adds rows behind the others.</summary>
    /// <param name="rows">Features (n, D), on any device. Borrowed.</param>
    /// <exception cref="IOException">They cannot be written, such as on a full disk.</exception>
    public void Add(Tensor rows)
    {
        Write(Count, rows);
        Count += rows.shape[0];
    }

    /// <summary>Writes rows to where others are, or behind them.</summary>
    /// <param name="first">The place of the first row.</param>
    /// <param name="rows">Features (n, D), on any device. Borrowed.</param>
    public void Write(long first, Tensor rows)
    {
        using var scope = NewDisposeScope();
        file.Position = first * length * sizeof(float);
        file.Write(rows.cpu().to(ScalarType.Float32).contiguous().bytes);
    }

    /// <summary>Reads rows.</summary>
    /// <param name="first">The place of the first row.</param>
    /// <returns>Up to <see cref="RowsAtOnce"/> rows, float32 (n, D) on the CPU, owned by the caller.</returns>
    public Tensor Read(long first)
    {
        var rows = empty(Math.Min(RowsAtOnce, Count - first), length, device: CPU);
        file.Position = first * length * sizeof(float);
        file.ReadExactly(rows.bytes);
        return rows;
    }

    public void Dispose() => file.Dispose();
}

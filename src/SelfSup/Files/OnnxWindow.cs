using SelfSup.Onnx;

namespace SelfSup.Files;

/// <summary>How a convolution or a pooling moves over its input.</summary>
/// <param name="Kernel">Sides of the window.</param>
/// <param name="Strides">Steps between windows.</param>
/// <param name="Before">Rows and columns of padding before the input.</param>
/// <param name="After">Rows and columns of padding behind it.</param>
/// <param name="Others">Dilations, groups and whether a last window may reach over the end.</param>
internal sealed record OnnxWindow(long[] Kernel, long[] Strides, long[] Before, long[] After, long[] Others)
{
    /// <summary>Reads a node's.</summary>
    /// <param name="node">A convolution or a pooling.</param>
    /// <param name="kernel">The kernel's sides, where the node itself need not say them.</param>
    public static OnnxWindow Of(OnnxNode node, long[] kernel)
    {
        kernel = node.Get("kernel_shape", kernel);
        var ones = kernel.Select(_ => 1L).ToArray();
        var strides = node.Get("strides", ones);
        var pads = node.Get("pads", new long[2 * kernel.Length]);
        var (before, after) = (pads[..(pads.Length / 2)], pads[(pads.Length / 2)..]);
        var side = node.Get("auto_pad", "");
        if (side is "SAME_UPPER" or "SAME_LOWER")
        {
            // Of maps that the strides divide.
            var all = kernel.Zip(strides).Select(pair => Math.Max(0, pair.First - pair.Second)).ToArray();
            var less = all.Select(count => count / 2).ToArray();
            var more = all.Select(count => count - count / 2).ToArray();
            (before, after) = side == "SAME_LOWER" ? (more, less) : (less, more);
        }
        return new(kernel, strides, before, after, [.. node.Get("dilations", ones), node.Get("group", 1L), node.Get("ceil_mode", 0L)]);
    }

    /// <summary>
    /// Whether two give the same maps. Padding behind the input may be shorter where no window begins there: maps whose sides the stride
    /// divides do not need it.
    /// </summary>
    public bool Equals(OnnxWindow? other) =>
        other is not null
        && Kernel.SequenceEqual(other.Kernel)
        && Strides.SequenceEqual(other.Strides)
        && Before.SequenceEqual(other.Before)
        && Others.SequenceEqual(other.Others)
        && After.Length == other.After.Length
        && Enumerable.Range(0, After.Length).All(i => Math.Abs(After[i] - other.After[i]) < Strides[i]);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kernel.Length, Strides.Length);
}

using static TorchSharp.torch;

namespace SelfSup.Previews;

/// <summary>How a cell's frame tells whether a prediction is right.</summary>
public enum PreviewMark
{
    /// <summary>No prediction: a plain frame.</summary>
    None,

    /// <summary>A right prediction: a green frame.</summary>
    Right,

    /// <summary>A wrong prediction: a red frame.</summary>
    Wrong,
}

/// <summary>One captioned image, or strip of images, of a preview.</summary>
public sealed class PreviewCell
{
    /// <summary>Copies an image into a cell.</summary>
    /// <param name="image">
    /// One RGB image (3, H, W), or several (T, 3, H, W) to stand side by side: uint8 in 0..255, or float in [0, 1], which is clamped.
    /// Borrowed.
    /// </param>
    /// <param name="caption">A short text in ASCII, or an empty one.</param>
    /// <param name="mark">Whether a prediction is right.</param>
    public PreviewCell(Tensor image, string caption = "", PreviewMark mark = PreviewMark.None)
    {
        using var scope = NewDisposeScope();
        var bytes = image.dtype == ScalarType.Byte
            ? image
            : image.detach().to(ScalarType.Float32).mul(255).round().clamp(0, 255).to(ScalarType.Byte);
        var strip = bytes.dim() == 4 ? bytes.permute(2, 0, 3, 1).flatten(1, 2) : bytes.permute(1, 2, 0);
        var interleaved = strip.contiguous().cpu(); // (H, W, 3)
        Height = (int)interleaved.shape[0];
        Width = (int)interleaved.shape[1];
        Pixels = interleaved.bytes.ToArray();
        Caption = caption;
        Mark = mark;
    }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>RGB bytes, row by row.</summary>
    public ReadOnlyMemory<byte> Pixels { get; }

    /// <summary>The text under the image.</summary>
    public string Caption { get; }

    /// <summary>Whether a prediction is right.</summary>
    public PreviewMark Mark { get; }
}

using System.Numerics;

namespace SelfSup.Data;

/// <summary>
/// Small labeled pictures drawn on demand, for demonstrations and tests: a thing before a backdrop of blurred colors. Things have
/// a clear top and backdrops have none, so that rotation cannot be told without seeing the thing; leaves, flames and wood have their
/// colors, so colorization and inpainting can be learnt; and the mean color does not give the class away.
/// </summary>
/// <remarks>A picture depends on the seed and its index alone, and is drawn at the size asked for.</remarks>
public sealed class ProceduralImages : ILabeledImageSource
{
    private readonly int seed;

    /// <summary>Creates the source.</summary>
    /// <param name="count">How many images, at least 1; every class has as many, or one more.</param>
    /// <param name="seed">Decides the pictures; sources with different seeds share none.</param>
    public ProceduralImages(int count, int seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Count = count;
        this.seed = seed;
    }

    /// <inheritdoc/>
    public string Description => FormattableString.Invariant($"scenes drawn on demand (seed {seed})");

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => ProceduralShapes.Names;

    /// <inheritdoc/>
    public int LabelOf(int index)
    {
        Check(index);
        return index % ProceduralShapes.Names.Length;
    }

    /// <inheritdoc/>
    public string NameOf(int index) => FormattableString.Invariant($"{ClassNames[LabelOf(index)]} {index} (seed {seed})");

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Check(index);
        var random = new SplitMix64(seed, index);
        var canvas = ShapeCanvas.Of(size);
        ProceduralScene.PaintBackdrop(canvas, ref random);
        var scale = random.NextSingle(0.26f, 0.42f);
        var margin = 0.85f * scale;
        var center = new Vector2(random.NextSingle(margin, 1 - margin), random.NextSingle(margin, 1 - margin));
        canvas.Place(center, scale, random.NextSingle(-0.2f, 0.2f));
        ProceduralShapes.Draw(canvas, LabelOf(index), ref random);
        ProceduralScene.PaintLight(canvas, ref random);
        canvas.CopyTo(pixels);
    }

    /// <inheritdoc/>
    public ulong GetFingerprint()
    {
        var fingerprint = new Fingerprint(nameof(ProceduralImages));
        fingerprint.Add((ulong)Count);
        fingerprint.Add((ulong)seed);
        return fingerprint.Value;
    }

    private void Check(int index)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"The source has {Count} images.");
    }
}

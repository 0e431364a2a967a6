using System.Numerics;

namespace SelfSup.Data;

/// <summary>
/// Small labeled clips drawn on demand, for demonstrations and tests: the things of <see cref="ProceduralImages"/>, upright, that fall,
/// drift sideways, and bounce off the edges, lower each time. So there is an up, a pace, and a direction of time to be learnt.
/// </summary>
/// <remarks>A clip depends on the seed, its index and its number of frames alone, and is drawn at the size asked for.</remarks>
public sealed class ProceduralClips : ILabeledImageSource
{
    // In pictures a frame: a fall over half a picture takes about six frames.
    private const float Gravity = 0.028f;
    private const float Drift = 0.04f;
    private const float Bounce = 0.8f;

    private readonly int seed;

    /// <summary>Creates the source.</summary>
    /// <param name="count">How many clips, at least 1; every class has as many, or one more.</param>
    /// <param name="frames">Frames of a clip, at least 2.</param>
    /// <param name="seed">Decides the clips; sources with different seeds share none.</param>
    public ProceduralClips(int count, int frames = 16, int seed = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 2);
        Count = count;
        Frames = frames;
        this.seed = seed;
    }

    /// <inheritdoc/>
    public string Description => FormattableString.Invariant($"clips drawn on demand (seed {seed})");

    /// <inheritdoc/>
    public int Count { get; }

    /// <inheritdoc/>
    public int Frames { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> ClassNames => ProceduralShapes.Names;

    /// <inheritdoc/>
    public int LabelOf(int index)
    {
        Check(index);
        return index % ProceduralShapes.Names.Length;
    }

    /// <inheritdoc/>
    public string NameOf(int index) => FormattableString.Invariant($"{ClassNames[LabelOf(index)]} clip {index} (seed {seed})");

    /// <inheritdoc/>
    public void Read(int index, int size, Span<byte> pixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(size, 1);
        Check(index);
        var random = new SplitMix64(seed, index);
        var canvas = ShapeCanvas.Of(size);
        var scale = random.NextSingle(0.22f, 0.32f);
        var (low, high) = (0.85f * scale, 1 - 0.85f * scale);
        var center = new Vector2(random.NextSingle(low, high), random.NextSingle(low, low + 0.3f * (high - low)));
        var velocity = new Vector2((random.Next(2) == 0 ? 1 : -1) * Drift * random.NextSingle(0.7f, 1.3f), 0);
        for (var frame = 0; frame < Frames; frame++)
        {
            var look = random; // a copy: every frame looks the same but for the place
            ProceduralScene.PaintBackdrop(canvas, ref look);
            canvas.Place(center, scale, look.NextSingle(-0.2f, 0.2f));
            ProceduralShapes.Draw(canvas, LabelOf(index), ref look);
            ProceduralScene.PaintLight(canvas, ref look);
            canvas.CopyTo(pixels.Slice(frame * 3 * size * size, 3 * size * size));
            Move(ref center, ref velocity, low, high);
        }
    }

    /// <inheritdoc/>
    public ulong GetFingerprint()
    {
        var fingerprint = new Fingerprint(nameof(ProceduralClips));
        fingerprint.Add((ulong)Count);
        fingerprint.Add((ulong)Frames);
        fingerprint.Add((ulong)seed);
        return fingerprint.Value;
    }

    private static void Move(ref Vector2 center, ref Vector2 velocity, float low, float high)
    {
        velocity.Y += Gravity;
        center += velocity;
        if (center.Y > high)
        {
            center.Y = high - Bounce * (center.Y - high);
            velocity.Y *= -Bounce;
        }
        if (center.X < low || center.X > high)
        {
            center.X = 2 * (center.X < low ? low : high) - center.X;
            velocity.X = -velocity.X;
        }
    }

    private void Check(int index)
    {
        if ((uint)index >= (uint)Count)
            throw new ArgumentOutOfRangeException(nameof(index), index, $"The source has {Count} clips.");
    }
}

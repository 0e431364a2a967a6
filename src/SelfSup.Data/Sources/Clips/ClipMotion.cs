namespace SelfSup.Data;

/// <summary>Tells how much moves in clips: what asks for order or speed has no answer in a clip that stands still.</summary>
public static class ClipMotion
{
    /// <summary>Below this much motion nearly nothing moves but the camera's noise.</summary>
    public const double NearlyStill = 0.3;

    // Small frames average the noise away.
    private const int Side = 32;

    /// <summary>Measures how much consecutive frames differ on average.</summary>
    /// <param name="clips">A source of clips.</param>
    /// <param name="index">The clip, 0..Count-1.</param>
    /// <returns>The mean absolute difference of pixels in levels of 0..255, between frames of 32 x 32.</returns>
    /// <exception cref="ArgumentException">The source has single images.</exception>
    /// <exception cref="ImageReadException">The clip cannot be read.</exception>
    public static double Measure(IImageSource clips, int index)
    {
        ArgumentNullException.ThrowIfNull(clips);
        RequireFrames(clips);
        const int frameBytes = 3 * Side * Side;
        var pixels = new byte[clips.Frames * frameBytes];
        clips.Read(index, Side, pixels);
        var sum = 0L;
        for (var i = frameBytes; i < pixels.Length; i++)
            sum += Math.Abs(pixels[i] - pixels[i - frameBytes]);
        return (double)sum / (pixels.Length - frameBytes);
    }

    /// <summary>Finds the clips in which something moves, for an <see cref="ImageSubset"/> or a <see cref="LabeledSubset"/>.</summary>
    /// <param name="clips">A source of clips. All are read once; those that cannot be read are kept, so that a loader reports them.</param>
    /// <param name="minimum">Least motion, as <see cref="Measure"/> tells it. The default is <see cref="NearlyStill"/>.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <returns>Their indices, in the order of the source.</returns>
    /// <exception cref="ArgumentException">The source has single images.</exception>
    /// <exception cref="OperationCanceledException">Reading was cancelled.</exception>
    public static IReadOnlyList<int> FindMoving(
        IImageSource clips, double minimum = NearlyStill, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(clips);
        RequireFrames(clips);
        return [.. Enumerable.Range(0, clips.Count).AsParallel().AsOrdered().WithCancellation(cancellationToken).Where(Moves)];

        bool Moves(int index)
        {
            try
            {
                return Measure(clips, index) >= minimum;
            }
            catch (ImageReadException)
            {
                return true;
            }
        }
    }

    private static void RequireFrames(IImageSource clips)
    {
        if (clips.Frames < 2)
            throw new ArgumentException("Motion is measured in clips, and the source has single images.", nameof(clips));
    }
}

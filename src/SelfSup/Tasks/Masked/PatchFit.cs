namespace SelfSup.Tasks;

/// <summary>What tasks that hide patches ask of an encoder.</summary>
internal static class PatchFit
{
    /// <summary>The side of the patches that a task hides.</summary>
    /// <param name="chosen">The option; null for the usual one of the image size.</param>
    /// <param name="imageSize">Side of the images in pixels.</param>
    public static int SideFor(int? chosen, long imageSize) => chosen ?? Patches.UsualSide(imageSize);

    /// <summary>Checks that an encoder has patches, and of the task's size.</summary>
    /// <param name="task">The task's name.</param>
    /// <param name="encoder">The encoder.</param>
    /// <param name="chosen">The option; null for the usual one of the image size.</param>
    /// <exception cref="ArgumentException">It has not; the message says what to change.</exception>
    public static void Check(string task, Encoder encoder, int? chosen)
    {
        if (encoder is not IMaskedEncoder masked)
        {
            throw new ArgumentException(
                $"The task '{task}' hides patches from the encoder, and '{encoder.Architecture}' has none; use a vision transformer, such as "
                + "vit_tiny.");
        }
        var side = SideFor(chosen, encoder.ImageSize);
        if (masked.PatchSize != side)
        {
            throw new ArgumentException(
                $"The task '{task}' hides patches of {side} pixels, and '{encoder.Architecture}' has patches of {masked.PatchSize}; set the "
                + $"task's option PatchSize to {masked.PatchSize}.");
        }
        if (encoder.ImageSize % side != 0)
        {
            throw new ArgumentException(
                $"The task '{task}' needs images whose side is a multiple of the patch, and {encoder.ImageSize} is none of {side}; choose "
                + $"{encoder.ImageSize / side * side} or {(encoder.ImageSize / side + 1) * side} pixels.");
        }
        if (encoder.ImageSize == side)
            throw new ArgumentException($"The task '{task}' hides some patches and shows others, and images of {side} pixels are a single patch; choose larger ones.");
    }
}

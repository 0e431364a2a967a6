using SelfSup.Augmentations;
using SelfSup.Runtime;

namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="DistillationTask"/>. Every default is usable.</summary>
public sealed record DistillationOptions
{
    /// <summary>Divides the cosines of student and teacher alike, above 0. The default is 0.07.</summary>
    public double Temperature { get; init; } = 0.07;

    /// <summary>
    /// The teacher's features of earlier images, to which those of a batch are compared, at least 1. The default is 4096. No more than a
    /// quarter of the number of images is used, or 64 where that is more.
    /// </summary>
    public int QueueLength { get; init; } = 4096;

    /// <summary>
    /// Whether every image is mixed with another one of the batch, by a share drawn from [0, 1], before both networks see it; where the
    /// teacher is remembered, its features of both are mixed alike. Zhang et al., 2018, https://arxiv.org/abs/1710.09412. The default is true.
    /// </summary>
    public bool Mixup { get; init; } = true;

    /// <summary>
    /// Strength of the color changes, in [0, 2.5], as <see cref="JointAugmentations.SimClr"/> has it; a fifth of the images becomes gray where
    /// it is above 0. The default, 0, leaves colors as they are.
    /// </summary>
    public double ColorStrength { get; init; }

    /// <summary>Least share of an image's area in a crop, above 0 and at most 1. The default is 0.5.</summary>
    public double MinimumArea { get; init; } = 0.5;

    /// <summary>
    /// Weight of a second loss, that the student's map shows at every place what the teacher's does, by 1 less their cosine; at least 0.
    /// The default, 0, is without.
    /// </summary>
    public double LocalWeight { get; init; }

    /// <summary>
    /// Whether the teacher looks at every image once, before the first epoch, and its features are remembered: most of the time goes to the
    /// teacher otherwise. The encoder then sees crops at its own size, the teacher the central square, and features are compared from the mean of
    /// all. The memory, a float for each feature of each image, is in checkpoints. The default is false.
    /// </summary>
    public bool RemembersTeacher { get; init; }

    internal void Validate()
    {
        this.Require(Temperature is > 0 and < double.PositiveInfinity, Temperature, "above 0");
        this.Require(QueueLength >= 1, QueueLength, "at least 1");
        this.Require(MinimumArea is > 0 and <= 1, MinimumArea, "above 0 and at most 1");
        this.Require(ColorStrength is >= 0 and <= 2.5, ColorStrength, "in [0, 2.5]");
        this.Require(LocalWeight is >= 0 and < double.PositiveInfinity, LocalWeight, "at least 0");
        this.Require(LocalWeight == 0 || !RemembersTeacher, LocalWeight, "0 where the teacher is remembered, as its maps are not");
    }
}

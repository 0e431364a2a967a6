using SelfSup.Runtime;

namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="DinoTask"/>. The defaults are for small networks, batches of 64 and up, and runs of minutes to hours.</summary>
public sealed record DinoOptions
{
    /// <summary>Number of answers, at least 2. The default is 1,024; the authors take 65,536 for ImageNet.</summary>
    public int Answers { get; init; } = 1024;

    /// <summary>
    /// Share of itself that the teacher keeps in a step at the start of the run, in [0, 1]. The default is 0.99; runs of a hundred thousand
    /// steps want the authors' 0.996.
    /// </summary>
    public double Keep { get; init; } = 0.99;

    /// <summary>
    /// What a cosine leads <see cref="Keep"/> to at the end of the run, in [0, 1]. The default is 0.99, since in some thousand steps a
    /// slower teacher stays behind; runs of a hundred thousand want the authors' 1.
    /// </summary>
    public double FinalKeep { get; init; } = 0.99;

    /// <summary>
    /// Divides the teacher's logits, above 0 and below 0.1, the student's. The default is 0.04; go lower where the teacher's answers stay
    /// uniform.
    /// </summary>
    public double TeacherTemperature { get; init; } = 0.04;

    /// <summary>
    /// Epochs at the start of a run in which the student's last layer stays as it is, at least 0, but no more than a tenth of the run. The
    /// default is 1.
    /// </summary>
    public int FrozenEpochs { get; init; } = 1;

    /// <summary>
    /// Small crops of every image besides the two large ones, of half their side, at least 0. The student alone sees them. The default is
    /// 0, since of images of 32 pixels little is left in them; the authors take 8 at 224 pixels.
    /// </summary>
    public int LocalCrops { get; init; }

    internal void Validate()
    {
        this.Require(Answers >= 2, Answers, "at least 2");
        this.Require(Keep is >= 0 and <= 1, Keep, "in [0, 1]");
        this.Require(FinalKeep is >= 0 and <= 1, FinalKeep, "in [0, 1]");
        this.Require(
            TeacherTemperature is > 0 and < DinoModel.StudentTemperature, TeacherTemperature,
            FormattableString.Invariant($"above 0 and below {DinoModel.StudentTemperature}, the student's"));
        this.Require(FrozenEpochs >= 0, FrozenEpochs, "at least 0");
        this.Require(LocalCrops >= 0, LocalCrops, "at least 0");
    }
}

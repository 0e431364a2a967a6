using SelfSup.Runtime;

namespace SelfSup.Tasks;

/// <summary>Settings of <see cref="ByolTask"/>. The defaults suit small images and batches; the paper's are named beside them.</summary>
public sealed record ByolOptions
{
    /// <summary>Number of features that are compared, 2..16,384. The default is the paper's 256.</summary>
    public int Width { get; init; } = 256;

    /// <summary>Width of the hidden layer of projector and predictor, at least 1. The default is 512, the paper's 4,096.</summary>
    public int Hidden { get; init; } = 512;

    /// <summary>
    /// Share of itself that the teacher keeps in a step at the start of the run, in [0, 1]; it rises to 1 by half a cosine. The default is
    /// 0.99, for some thousand steps: a slower teacher would hardly move. For hundreds of thousands the paper has 0.996.
    /// </summary>
    public double TeacherKeeps { get; init; } = 0.99;

    internal void Validate()
    {
        this.Require(Width is >= 2 and <= 16_384, Width, "in 2..16,384");
        this.Require(Hidden >= 1, Hidden, "at least 1");
        this.Require(TeacherKeeps is >= 0 and <= 1, TeacherKeeps, "in [0, 1]");
    }
}

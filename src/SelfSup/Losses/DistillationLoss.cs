using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>
/// Asks a student to find the same of many other images alike as a frozen teacher does: the divergence of its likenesses from the
/// teacher's.
/// </summary>
/// <remarks>
/// The loss of LightlyTrain's first distillation, commit 8f5a75c; likenesses to a queue are after Fang et al., "SEED: Self-supervised
/// Distillation for Visual Representation", 2021, https://arxiv.org/abs/2101.04731.
/// </remarks>
public static class DistillationLoss
{
    /// <summary>Computes the Kullback-Leibler divergence of the student's from the teacher's softmax over cosines, averaged over images.</summary>
    /// <param name="students">The student's features, (N, D), of any length. Only they have a gradient.</param>
    /// <param name="teachers">The teacher's features of the same images, (N, D), of any length; constants.</param>
    /// <param name="others">The teacher's features of many images, (K, D), of any length; constants. They may have those of these images.</param>
    /// <param name="temperature">Divides all cosines, above 0. The default is 0.07.</param>
    /// <returns>
    /// The loss, 0 or above, and the metric <c>agreement</c>, the share of images for which both find the same of the others closest; owned by
    /// the caller.
    /// </returns>
    /// <exception cref="ArgumentException">The temperature is not above 0, or the shapes do not fit.</exception>
    public static PretextLoss Of(Tensor students, Tensor teachers, Tensor others, double temperature = 0.07)
    {
        Temperatures.Check(temperature);
        Shapes.CheckPairs(students, teachers);
        Shapes.CheckRows(others, students.shape[1]);
        using var scope = NewDisposeScope();
        var rows = Cosines.Unit(others.detach());
        var targets = Cosines.Between(Cosines.Unit(teachers.detach()), rows).div(temperature).log_softmax(1); // (N, K)
        var answers = Cosines.Between(Cosines.Unit(students), rows).div(temperature).log_softmax(1);
        var divergence = targets.exp().mul(targets.sub(answers)).sum(1).mean();
        var agreement = answers.detach().argmax(1).eq(targets.argmax(1)).to(ScalarType.Float32).mean();
        return new PretextLoss(divergence, ("agreement", agreement)).MoveToOuterDisposeScope();
    }
}

using static TorchSharp.torch;

namespace SelfSup.Losses;

/// <summary>Cross-entropy of a student's answers to crops of an image with a centered and sharpened teacher's to other crops.</summary>
/// <remarks>
/// Caron et al., "Emerging Properties in Self-Supervised Vision Transformers" (DINO), 2021, https://arxiv.org/abs/2104.14294. A student
/// that answers all alike stays at the logarithm of the number of answers; see <see cref="DistillationCenter"/> for the center.
/// </remarks>
public static class SelfDistillationLoss
{
    /// <summary>Computes the mean over all pairs of a teacher's and a student's crop that are not the same crop.</summary>
    /// <param name="students">
    /// The student's logits (N, K) for every crop, those that the teacher saw first, in its order. Only they have a gradient.
    /// </param>
    /// <param name="teachers">The teacher's logits (N, K) for the crops that it saw, as a rule two large ones; constants.</param>
    /// <param name="center">What is subtracted from the teacher's logits, (K) or (1, K).</param>
    /// <param name="studentTemperature">Divides the student's logits, above 0. The default is 0.1.</param>
    /// <param name="teacherTemperature">Divides the teacher's logits, above 0 and below the student's. The default is 0.04.</param>
    /// <returns>A scalar, owned by the caller.</returns>
    /// <exception cref="ArgumentException">There are no pairs, or a temperature is not positive.</exception>
    public static Tensor Of(
        IReadOnlyList<Tensor> students, IReadOnlyList<Tensor> teachers, Tensor center,
        double studentTemperature = 0.1, double teacherTemperature = 0.04)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(studentTemperature);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(teacherTemperature);
        if (teachers.Count == 0 || students.Count < 2 || students.Count < teachers.Count)
        {
            throw new ArgumentException(
                $"{students.Count} crops of the student and {teachers.Count} of the teacher: the student needs at least two, and all of the "
                + "teacher's.", nameof(students));
        }
        using var scope = NewDisposeScope();
        Tensor[] answers = [.. students.Select(logits => LossPrecision.Raise(logits).div(studentTemperature).log_softmax(1))];
        Tensor[] targets = [.. teachers.Select(logits => Sharpen(logits, center, teacherTemperature))];
        var terms = from t in Enumerable.Range(0, targets.Length)
                    from s in Enumerable.Range(0, answers.Length)
                    where s != t
                    select targets[t].mul(answers[s]).sum(1).mean();
        return stack(terms).mean().neg().MoveToOuterDisposeScope();
    }

    private static Tensor Sharpen(Tensor logits, Tensor center, double temperature) =>
        LossPrecision.Raise(logits.detach()).sub(center.detach()).div(temperature).softmax(1);
}

using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>What a student is taught of every place of an image.</summary>
internal static class LocalFeatures
{
    /// <summary>The deepest stage that has more than one place; -1 if none has.</summary>
    public static int StageOf(Encoder encoder) => Array.FindLastIndex(encoder.MeasureStages(), side => side > 1);

    /// <summary>How far the directions of a student's features are from the teacher's at every place.</summary>
    /// <param name="students">The student's map, (N, D, h, w).</param>
    /// <param name="teachers">
    /// The teacher's map, (N, D, H, W), brought to the student's grid: constants, whose resizing needs no gradient.
    /// </param>
    /// <returns>1 less the cosine, averaged over places and images, in [0, 2]; owned by the caller.</returns>
    public static Tensor Distance(Tensor students, Tensor teachers)
    {
        using var scope = NewDisposeScope();
        var targets = nn.functional.interpolate(
            teachers.detach(), size: students.shape[2..], mode: InterpolationMode.Bilinear, align_corners: false);
        var cosines = nn.functional.cosine_similarity(students.to(ScalarType.Float32), targets, 1);
        return cosines.mean().neg().add(1).MoveToOuterDisposeScope();
    }
}

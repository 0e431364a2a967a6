using SelfSup.Comparisons;
using SelfSup.Encoders;
using SelfSup.Tasks;

namespace SelfSup.Samples;

/// <summary>What can be made of weights without labels, to be compared.</summary>
internal static class WeightCandidates
{
    /// <summary>Lists the candidates.</summary>
    /// <param name="weights">The weights. Borrowed, as long as they are compared.</param>
    /// <param name="teacher">The same as a teacher. Borrowed likewise.</param>
    /// <param name="smallSize">Side of the images of the small network that is taught.</param>
    public static IEnumerable<Candidate> Of(Encoder weights, EncoderTeacher teacher, int smallSize)
    {
        yield return new("weights as they are", weights.Copy);
        if (CenterZoom.Fits(weights))
            yield return new("weights with zoom", () => new CenterZoom(weights.Copy()));
        yield return Candidate.Adapted("weights adapted", weights.Copy);
        yield return Candidate.Distilled("weights distilled", () => new ConvNet(smallSize), teacher);
    }
}

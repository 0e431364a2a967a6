using System.Globalization;

namespace SelfSup.Data;

/// <summary>Counts unreadable images and tells when there are too many to go on.</summary>
internal sealed class FailureLimit(double maxRatio, int images)
{
    // Fewer images say too little about the share of unreadable ones.
    private const int ImagesToJudge = 20;

    private readonly int judgedFrom = Math.Min(ImagesToJudge, images);
    private int tried;
    private int failed;

    public bool IsExceeded => tried >= judgedFrom && failed > maxRatio * tried;

    public void Add(int tried, int failed)
    {
        this.tried += tried;
        this.failed += failed;
    }

    public InvalidDataException Error(IEnumerable<ImageFailure> failures)
    {
        var examples = string.Join("; ", failures.Take(3).Select(failure => $"{failure.Name}: {failure.Reason}"));
        const string option = nameof(ImageLoaderOptions.MaxFailureRatio);
        return new InvalidDataException(
            $"{failed} of {tried} images cannot be read ({examples}). "
            + $"Mend or remove them; in a program of your own, {option} (now {maxRatio.ToString(CultureInfo.InvariantCulture)}) can be raised.");
    }
}

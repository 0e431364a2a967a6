using System.Globalization;

namespace SelfSup.Data;

/// <summary>
/// Counts unreadable images and tells when there are too many to go on: more than their share of all images, not of those that were tried,
/// among which there may be many by chance. So what one epoch forgives, the next one does too.
/// </summary>
/// <param name="maxRatio">The share that may be unreadable.</param>
/// <param name="images">How many images there are.</param>
internal sealed class FailureLimit(double maxRatio, int images)
{
    // Where so many are unreadable and none is not, nobody needs to wait for the share.
    private const int Hopeless = 100;

    private int tried;
    private int failed;

    public bool IsExceeded => failed > maxRatio * images || (maxRatio < 1 && failed == tried && failed >= Hopeless);

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

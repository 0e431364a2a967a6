namespace SelfSup.Samples;

/// <summary>Shows the share of some work that is done.</summary>
/// <param name="line">Where.</param>
/// <param name="work">What is said of it, such as "choosing".</param>
internal sealed class ShareProgress(ProgressLine line, string work) : IProgress<double>
{
    public void Report(double share) => line.Show(work, work, share);
}

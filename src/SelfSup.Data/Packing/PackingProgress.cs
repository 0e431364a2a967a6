namespace SelfSup.Data;

/// <summary>Where packing stands. Sent about twice a second and at the end.</summary>
/// <param name="Done">Images done, unreadable ones and those of an interrupted run included.</param>
/// <param name="Total">Images of the source.</param>
/// <param name="Failures">Images that could not be read.</param>
/// <param name="ImagesPerSecond">Images done a second since this run started.</param>
public sealed record PackingProgress(int Done, int Total, int Failures, double ImagesPerSecond);

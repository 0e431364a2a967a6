namespace SelfSup.Reports;

/// <summary>A way to lay images out in a plane.</summary>
/// <param name="Name">What its button says.</param>
/// <param name="Places">A place for each image, in any units.</param>
internal sealed record MapView(string Name, (double X, double Y)[] Places);

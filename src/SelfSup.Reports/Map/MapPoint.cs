namespace SelfSup.Reports;

/// <summary>An image on a map.</summary>
/// <param name="Name">Its name.</param>
/// <param name="X">Where it lies in the first direction.</param>
/// <param name="Y">Where it lies in the second.</param>
/// <param name="Label">Its class; null if it has none.</param>
/// <param name="IsMarked">Whether it stands out.</param>
internal sealed record MapPoint(string Name, double X, double Y, int? Label, bool IsMarked);

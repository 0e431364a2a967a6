namespace SelfSup.Reports;

/// <summary>An image on a map.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Label">Its class; null if it has none.</param>
/// <param name="IsMarked">Whether it stands out.</param>
internal sealed record MapPoint(string Name, int? Label, bool IsMarked);

using SelfSup.Data;

namespace SelfSup.Samples;

/// <summary>Names the images that could not be read.</summary>
internal static class UnreadableImages
{
    private const int Named = 10;

    /// <summary>Warns of them.</summary>
    /// <param name="failures">The images.</param>
    /// <param name="list">Where all are named, such as "in report.json"; null for nowhere.</param>
    public static void Tell(IReadOnlyList<ImageFailure> failures, string? list = null)
    {
        if (failures.Count == 0)
            return;
        Screen.Warn($"{failures.Count:N0} {(failures.Count == 1 ? "image" : "images")} could not be read:");
        foreach (var failure in failures.Take(Named))
            Screen.SayLines($"  {failure.Name}: {failure.Reason}");
        if (failures.Count > Named)
            Screen.SayLines($"  and {failures.Count - Named:N0} more{(list is null ? "" : $", all named {list}")}");
    }
}

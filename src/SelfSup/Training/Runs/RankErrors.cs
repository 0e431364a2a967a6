using System.Globalization;

namespace SelfSup.Training;

/// <summary>Keeps why a rank ended a run, in the run's folder: what processes write as they end gets lost at times.</summary>
internal static class RankErrors
{
    private const string Folder = "errors";

    /// <summary>Writes the error, where the folder is a run's; a failure to do so is passed over, as it is the error that the user must hear of.</summary>
    public static void TryWrite(string runFolder, int rank, Exception error)
    {
        try
        {
            if (!File.Exists(Path.Combine(runFolder, "configuration.json")))
                return;
            var folder = Directory.CreateDirectory(Path.Combine(runFolder, Folder)).FullName;
            File.WriteAllText(Path.Combine(folder, string.Create(CultureInfo.InvariantCulture, $"rank-{rank}.txt")), error.ToString());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Removes what an earlier run of the folder left.</summary>
    public static void Clear(string runFolder)
    {
        var folder = Path.Combine(runFolder, Folder);
        foreach (var file in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "rank-*.txt") : [])
            File.Delete(file);
    }
}

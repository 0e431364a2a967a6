namespace SelfSup.Data;

/// <summary>Finds the file that a link leads to: length and time of a link are its own.</summary>
internal static class FileTarget
{
    /// <summary>The file itself, or the one at the end of its links; a link that leads to none is returned as it is.</summary>
    public static FileSystemInfo Of(string path)
    {
        var file = new FileInfo(path);
        if (!file.Exists || (file.Attributes & FileAttributes.ReparsePoint) == 0)
            return file;
        try
        {
            return file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
        }
        catch (IOException)
        {
            return file; // links in a circle
        }
    }
}

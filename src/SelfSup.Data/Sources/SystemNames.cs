using System.Collections.Frozen;

namespace SelfSup.Data;

/// <summary>Names that systems and storage devices give to what they keep beside a user's files: thumbnails, snapshots, deleted files.</summary>
internal static class SystemNames
{
    private static readonly FrozenSet<string> names = FrozenSet.ToFrozenSet(
    [
        "@eaDir", "@Recycle", "@Recently-Snapshot", "@tmp", "#recycle", "#snapshot", "~snapshot", "$RECYCLE.BIN", "RECYCLER", "RECYCLED",
        "System Volume Information", "__MACOSX", "lost+found", "Network Trash Folder", "Temporary Items", "__pycache__",
        "Thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "Icon\r",
    ], StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Whether a file or folder of that name is passed over. A leading dot hides, also on Windows, whose files carry a mark for that: copied
    /// from elsewhere, <c>._x.jpg</c> is no image there either.
    /// </summary>
    public static bool Contains(ReadOnlySpan<char> name) =>
        name.StartsWith('.') || names.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name);
}

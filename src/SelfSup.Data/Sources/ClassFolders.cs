namespace SelfSup.Data;

/// <summary>The classes of a folder, by its first-level sub-folders.</summary>
/// <param name="Names">The sub-folders that hold images, in ordinal order.</param>
/// <param name="Labels">The place of every image's sub-folder among them.</param>
/// <param name="Empty">The other sub-folders, in ordinal order.</param>
/// <param name="Note">What a user should know, after semicolons, for a description; empty if all is as usual.</param>
internal sealed record ClassFolders(string[] Names, int[] Labels, string[] Empty, string Note)
{
    // Letters of the names that people give to parts of a data set.
    private static readonly HashSet<string> parts = new(StringComparer.OrdinalIgnoreCase)
    {
        "train", "training", "trainset", "trn", "val", "valid", "validation", "valset", "dev", "test", "testing", "testset", "tst", "eval",
        "evaluation", "holdout", "heldout", "unlabeled", "unlabelled",
    };

    /// <summary>Sorts what a listing found into classes.</summary>
    /// <param name="listing">The listing.</param>
    /// <param name="files">A file of every image or clip, as its path below the folder.</param>
    /// <param name="items">The images or videos, as paths below the folder.</param>
    /// <param name="what">What these are, for errors.</param>
    /// <exception cref="InvalidDataException">
    /// There are images outside the sub-folders, fewer than two classes, or the classes lie one level lower.
    /// </exception>
    public static ClassFolders Read(FolderListing listing, IReadOnlyList<string> files, IReadOnlyList<string> items, string what)
    {
        var classOf = new string[files.Count];
        for (var i = 0; i < classOf.Length; i++)
        {
            var slash = files[i].IndexOf('/', StringComparison.Ordinal);
            if (slash < 0)
                throw new InvalidDataException($"'{files[i]}' lies in '{listing.Root}' itself, not in the sub-folder of a class.");
            classOf[i] = files[i][..slash];
        }
        var names = classOf.Distinct().Order(StringComparer.Ordinal).ToArray();
        var inner = FindInnerFolders(items);
        if (names.Length < 2)
        {
            var lower = inner is null ? "" : $" If the classes are {LeftOut.Name(inner[names[0]])}, open '{Path.Combine(listing.Root, names[0])}'.";
            throw new InvalidDataException(
                $"'{listing.Root}' has {what} in one sub-folder only, '{names[0]}'; make one for each of two classes or more.{lower}{listing.LeftOut.Note}");
        }
        if (inner is not null)
            RefuseOneLevelTooHigh(listing.Root, names, inner);
        string[] empty = [.. listing.SubFolders.Except(names).Order(StringComparer.Ordinal)];
        var note = (empty.Length > 0 ? $"; no {what} in the class folders {LeftOut.Name(empty)}" : "")
            + (inner is not null ? $"; every class holds folders alone, such as {LeftOut.Name(inner[names[0]])}" : "");
        return new(names, [.. classOf.Select(name => Array.BinarySearch(names, name, StringComparer.Ordinal))], empty, note);
    }

    /// <summary>The folders in every class; null if a class holds an image or video itself.</summary>
    private static Dictionary<string, string[]>? FindInnerFolders(IReadOnlyList<string> items)
    {
        var folders = new Dictionary<string, SortedSet<string>>();
        foreach (var item in items)
        {
            var steps = item.Split('/', 3);
            if (steps.Length < 3)
                return null;
            if (!folders.TryGetValue(steps[0], out var inner))
                folders[steps[0]] = inner = new(StringComparer.Ordinal);
            inner.Add(steps[1]);
        }
        return folders.ToDictionary(pair => pair.Key, pair => pair.Value.ToArray());
    }

    /// <summary>
    /// Images may lie in folders below their class, such as one a day. But classes that are named like parts of a data set, or that all
    /// have the same folders, which no numbers tell apart, are those of the level above.
    /// </summary>
    private static void RefuseOneLevelTooHigh(string root, string[] names, Dictionary<string, string[]> inner)
    {
        var folders = inner.Values.SelectMany(list => list).Distinct().Order(StringComparer.Ordinal).ToArray();
        var shared = folders.Where(folder => !folder.Any(char.IsDigit) && inner.Values.All(list => list.Contains(folder))).ToArray();
        string remedy;
        if (names.All(IsPart) || (shared.Length >= 2 && !folders.All(IsPart)))
            remedy = $"If the classes are {LeftOut.Name(shared.Length > 0 ? shared : folders)}, open '{Path.Combine(root, names[0])}', and the others by themselves";
        else if (folders.All(IsPart))
            remedy = $"Training and test images would be mixed: make '{Path.Combine(root, folders[0], names[0])}' of '{Path.Combine(root, names[0], folders[0])}' "
                + $"and so on, and open '{Path.Combine(root, folders[0])}'";
        else
            return;
        throw new InvalidDataException(
            $"The classes of '{root}' would be {LeftOut.Name(names)}, and each of them holds folders alone: {LeftOut.Name(folders)}. {remedy}. "
            + $"If they are the classes all the same, give {nameof(LabeledImages)} the labels.");
    }

    private static bool IsPart(string name) => parts.Contains(string.Concat(name.Where(char.IsLetter)));
}

using System.CommandLine;
using SelfSup.Data;

namespace SelfSup.Tool;

/// <summary>The files and folders that stand on a command line without an option.</summary>
internal static class GivenPaths
{
    /// <summary>Refuses paths that are no files.</summary>
    public static void MustBeFiles(Argument<string[]> argument) => Refuse(argument, path => !File.Exists(path), "a file that is there");

    /// <summary>Refuses paths at which nothing is.</summary>
    public static void MustBeThere(Argument<string[]> argument) => Refuse(argument, path => !Path.Exists(path), "a file or a folder that is there");

    /// <summary>Lists the images at some paths: files as they are given, and what is in folders, at any depth.</summary>
    /// <returns>The images, and files of folders that no decoder knows.</returns>
    public static (IReadOnlyList<string> Files, IReadOnlyList<ImageFailure> Unreadable) ListImages(IEnumerable<string> paths)
    {
        var (files, unreadable) = (new List<string>(), new List<ImageFailure>());
        foreach (var path in paths)
        {
            if (!Directory.Exists(path))
            {
                files.Add(path);
                continue;
            }
            var folder = ImageFolder.Open(path);
            files.AddRange(Enumerable.Range(0, folder.Count).Select(image => Path.Combine(path, folder.NameOf(image))));
            unreadable.AddRange(folder.Failures);
        }
        return (files, unreadable);
    }

    private static void Refuse(Argument<string[]> argument, Func<string, bool> isWrong, string rule) => argument.Validators.Add(given =>
    {
        if (given.Tokens.FirstOrDefault(token => isWrong(token.Value)) is { } wrong)
            given.AddError($"The {argument.Name} is '{wrong.Value}'; it must be {rule}.");
    });
}

namespace SelfSup.Files;

/// <summary>Finds files of weights in folders, such as those of NuGet packages, and what belongs to a model beside it.</summary>
internal static class PretrainedFolder
{
    private const string PreprocessEnding = "Preprocess.onnx";
    private static readonly string[] Endings = [".onnx", ".safetensors", ".pth", ".pt", ".bin"];

    /// <summary>The file of weights that a path leads to.</summary>
    /// <param name="path">The file itself, or a folder with one such file at any depth.</param>
    /// <exception cref="FileNotFoundException">There is nothing under the path.</exception>
    /// <exception cref="InvalidDataException">The folder has none, or several.</exception>
    public static string Find(string path)
    {
        if (File.Exists(path))
            return path;
        if (!Directory.Exists(path))
            throw new FileNotFoundException($"There is neither a file nor a folder '{path}'.", path);
        var files = Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
            .Where(file => Endings.Contains(Path.GetExtension(file), StringComparer.OrdinalIgnoreCase) && !IsPreprocessing(file))
            .Order(StringComparer.Ordinal)
            .ToArray();
        return files switch
        {
            [var only] => only,
            [] => throw new InvalidDataException($"The folder '{path}' holds no weights: no file in it ends in {string.Join(", ", Endings)}."),
            _ => throw new InvalidDataException(
                $"The folder '{path}' holds {files.Length} files of weights; give one of them: {string.Join(", ", files.Take(4).Select(Path.GetFileName))}."),
        };
    }

    /// <summary>
    /// The model that prepares the input of another: ML.NET's packages have <c>ResNetPreprocess.onnx</c> for their ResNets, in the same folder
    /// or in one beside it whose name ends in <c>PrepOnnx</c>. Null if there is none.
    /// </summary>
    public static string? FindPreprocessing(string modelPath)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(modelPath))!;
        var beside = Path.GetDirectoryName(folder) is { } above ? Directory.EnumerateDirectories(above, "*PrepOnnx") : [];
        return beside.Prepend(folder)
            .SelectMany(place => Directory.EnumerateFiles(place, "*.onnx"))
            .Where(IsPreprocessing)
            .FirstOrDefault(file => Path.GetFileName(modelPath).StartsWith(Path.GetFileName(file)[..^PreprocessEnding.Length], StringComparison.OrdinalIgnoreCase));
    }

    private static bool IsPreprocessing(string file) => file.EndsWith(PreprocessEnding, StringComparison.OrdinalIgnoreCase);
}

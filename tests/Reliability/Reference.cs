namespace SelfSup.Reliability;

/// <summary>What an undisturbed job leaves, and how long its work takes.</summary>
internal sealed record Reference(Dictionary<string, byte[]> Results, TimeSpan Work)
{
    public static Reference Of(string job, string launcher = "")
    {
        var folder = Directory.CreateTempSubdirectory().FullName;
        using var child = new Child(Child.Command(job, folder, launcher));
        var (exitCode, work) = child.Wait();
        if (exitCode != 0)
            throw new InvalidOperationException($"{job} fails undisturbed: {child.Output}");
        var results = Jobs.Results(folder);
        Directory.Delete(folder, recursive: true);
        return new(results, work);
    }

    /// <summary>Names the files that differ; none if all is the same, bit by bit.</summary>
    public IReadOnlyList<string> Differences(string folder)
    {
        var results = Jobs.Results(folder);
        return
        [
            .. Results.Keys.Union(results.Keys).Order(StringComparer.Ordinal).Where(name =>
                !Results.TryGetValue(name, out var expected) || !results.TryGetValue(name, out var found) || !expected.AsSpan().SequenceEqual(found)),
        ];
    }
}

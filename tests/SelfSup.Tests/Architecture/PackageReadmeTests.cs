using System.Text.RegularExpressions;

namespace SelfSup.Tests.Architecture;

/// <summary>Every package has a README that can be read where the repository is not at hand.</summary>
public partial class PackageReadmeTests
{
    private static readonly string sources = Path.Combine(DependencyTests.RepositoryRoot(), "src");

    public static TheoryData<string> Projects => [.. Directory.EnumerateDirectories(sources).Select(folder => Path.GetFileName(folder)!)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void LinksLeadOutOfThePackage(string project)
    {
        var readme = File.ReadAllText(Path.Combine(sources, project, "README.md"));
        Assert.StartsWith($"# {project}", readme);
        Assert.DoesNotContain(Link().Matches(readme), link => !link.Groups[1].Value.StartsWith("https://"));
    }

    [GeneratedRegex(@"\]\(([^)]*)\)")]
    private static partial Regex Link();
}

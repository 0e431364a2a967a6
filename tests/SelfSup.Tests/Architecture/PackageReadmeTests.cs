using System.Text.RegularExpressions;
using SelfSup.Encoders;
using SelfSup.Tasks;

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

    /// <summary>What the catalogs have is named for who reads, in the repository's README and in the package's.</summary>
    [Theory]
    [InlineData("README.md")]
    [InlineData("src/SelfSup/README.md")]
    public void EveryTaskIsNamed(string file)
    {
        var readme = File.ReadAllText(Path.Combine(DependencyTests.RepositoryRoot(), file));
        Assert.All(TaskCatalog.Names.Concat(TaskCatalog.TaughtNames), name => Assert.Contains($"`{name}`", readme));
    }

    [Fact]
    public void EveryEncoderOfTheLibraryIsNamed()
    {
        var readme = File.ReadAllText(Path.Combine(sources, "SelfSup", "README.md"));
        foreach (var name in EncoderCatalog.Names)
        {
            using var encoder = EncoderCatalog.Create(name, 32);
            if (encoder.GetType().Assembly == typeof(Encoder).Assembly && encoder.Architecture == name)
                Assert.Contains($"`{name}`", readme);
        }
    }

    [GeneratedRegex(@"\]\(([^)]*)\)")]
    private static partial Regex Link();
}

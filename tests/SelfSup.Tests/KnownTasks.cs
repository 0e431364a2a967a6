using SelfSup.Encoders;
using SelfSup.Tasks;

namespace SelfSup.Tests;

/// <summary>Every task of the catalog; those that need a teacher with a small one.</summary>
internal static class KnownTasks
{
    private static readonly Lazy<EncoderTeacher> Small = new(() =>
    {
        using var encoder = new ConvNet(40, seed: 8);
        return new EncoderTeacher(encoder, license: "MIT");
    });

    public static IReadOnlyList<string> Names => [.. TaskCatalog.Names, .. TaskCatalog.TaughtNames];

    /// <summary>An untrained network of 40 pixels.</summary>
    public static ITeacher Teacher => Small.Value;

    public static IPretextTask Create(string name) => TaskCatalog.Create(name, Teacher);
}

using SelfSup.Encoders;

namespace SelfSup.Tests.Encoders;

/// <summary>
/// The encoders of the catalog that are small enough to be tried many times, a pair of them, and one that sees the middle too. Larger ones are
/// made of the same parts, in larger numbers.
/// </summary>
internal static class QuickEncoders
{
    private const long MostParameters = 50_000_000;

    private static readonly Lazy<string[]> Quick = new(() => [.. EncoderCatalog.Names.Where(IsQuick), "convnet+convnet", "zoom(convnet)"]);

    public static IReadOnlyList<string> Names => Quick.Value;

    private static bool IsQuick(string name)
    {
        using var encoder = EncoderCatalog.Create(name, 16);
        return encoder.parameters().Sum(parameter => parameter.numel()) <= MostParameters;
    }
}

using SelfSup.Encoders;
namespace SelfSup.Files;

/// <summary>Finds the stem with which weights that do not fit an encoder would fit: those of larger images have larger kernels.</summary>
internal static class StemAdvice
{
    /// <summary>Says which stem to create the encoder with.</summary>
    /// <param name="encoder">The encoder that the weights do not fit.</param>
    /// <param name="weights">The file's weights.</param>
    /// <returns>A sentence to append to a message; empty when no stem would help, or the encoder is in no catalog.</returns>
    public static string For(Encoder encoder, IReadOnlyList<NamedWeight> weights)
    {
        if (!EncoderCatalog.Knows(encoder.Architecture))
            return "";
        var fitting = Enum.GetValues<Stem>()
            .Where(stem => stem != encoder.Stem && Fits(encoder, stem, weights))
            .Select(stem => $"stem: {nameof(Stem)}.{stem}")
            .ToList();
        return fitting.Count == 0
            ? ""
            : $" They fit the same encoder with other first layers: create it with {string.Join(" or ", fitting)}.";
    }

    private static bool Fits(Encoder encoder, Stem stem, IReadOnlyList<NamedWeight> weights)
    {
        try
        {
            using var other = EncoderCatalog.Create(encoder.Architecture, encoder.ImageSize, stem: stem);
            return WeightSearch.Find(weights, ModuleState.Collect(other, ""), other as IAdaptableWeights)[0].Problems.Count == 0;
        }
        catch (ArgumentException)
        {
            return false; // an architecture with one stem alone
        }
    }
}

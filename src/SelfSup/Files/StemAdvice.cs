using SelfSup.Encoders;
using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>Finds the stem with which weights that do not fit an encoder would fit: those of larger images have larger kernels.</summary>
internal static class StemAdvice
{
    /// <summary>Says which stem to create the encoder with.</summary>
    /// <param name="encoder">The encoder that the weights do not fit.</param>
    /// <param name="tensors">The weights.</param>
    /// <returns>A sentence to append to a message; empty when no stem would help, or the encoder is in no catalog.</returns>
    public static string For(Encoder encoder, IReadOnlyDictionary<string, Tensor> tensors)
    {
        if (!EncoderCatalog.Names.Contains(encoder.Architecture))
            return "";
        var fitting = Enum.GetValues<Stem>()
            .Where(stem => stem != encoder.Stem && Fits(encoder, stem, tensors))
            .Select(stem => $"stem: {nameof(Stem)}.{stem}")
            .ToList();
        return fitting.Count == 0
            ? ""
            : $" They fit the same encoder with other first layers: create it with {string.Join(" or ", fitting)}.";
    }

    private static bool Fits(Encoder encoder, Stem stem, IReadOnlyDictionary<string, Tensor> tensors)
    {
        try
        {
            using var other = EncoderCatalog.Create(encoder.Architecture, encoder.ImageSize, stem: stem);
            var state = ModuleState.Collect(other, "");
            ModuleState.Copy(ForeignWeights.Fit(tensors, state), state);
            return true;
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException)
        {
            return false; // other weights altogether, or an architecture with one stem alone
        }
    }
}

using static TorchSharp.torch;

namespace SelfSup;

/// <summary>
/// An encoder that reads an image as a row of patches, so that a task can hide some of them: what masked image modeling needs, and no
/// ConvNet offers.
/// </summary>
/// <remarks>
/// Patches are numbered row by row. Tokens that belong to the whole image, such as the class token, stand before those of the patches.
/// </remarks>
public interface IMaskedEncoder
{
    /// <summary>Side of a patch in pixels.</summary>
    int PatchSize { get; }

    /// <summary>How many tokens stand before those of the patches.</summary>
    int PrefixCount { get; }

    /// <summary>Computes the token of every patch, as the last stage has them.</summary>
    /// <param name="inputs">Normalized images, float (N, 3, H, W).</param>
    /// <returns>Tokens (N, <see cref="PrefixCount"/> + L, D) of L patches, owned by the caller.</returns>
    Tensor ForwardTokens(Tensor inputs);

    /// <summary>Computes the tokens of some patches as if the others were not there, which is as much cheaper as there are fewer.</summary>
    /// <param name="inputs">Normalized images, float (N, 3, H, W).</param>
    /// <param name="kept">The numbers of the patches to look at, int64 (N, K), in any order.</param>
    /// <returns>Tokens (N, <see cref="PrefixCount"/> + K, D) in the order of <paramref name="kept"/>, owned by the caller.</returns>
    Tensor ForwardKept(Tensor inputs, Tensor kept);

    /// <summary>Computes the tokens of all patches, where of some only the position is known.</summary>
    /// <param name="inputs">Normalized images, float (N, 3, H, W).</param>
    /// <param name="mask">Which patches are hidden, bool (N, L).</param>
    /// <param name="standIn">What stands in place of a hidden patch, (D).</param>
    /// <returns>Tokens (N, <see cref="PrefixCount"/> + L, D), owned by the caller.</returns>
    Tensor ForwardMasked(Tensor inputs, Tensor mask, Tensor standIn);
}

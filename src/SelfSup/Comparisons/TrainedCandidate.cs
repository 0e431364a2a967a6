using SelfSup.Data;

namespace SelfSup.Comparisons;

/// <summary>What came of training a candidate.</summary>
/// <param name="Encoder">The result, owned by the caller: the encoder that was trained, or a pair that has it.</param>
/// <param name="Epochs">Whole passes over the images.</param>
/// <param name="Failures">Images that could not be read.</param>
/// <param name="Note">What there is to say of it, or null.</param>
internal sealed record TrainedCandidate(Encoder Encoder, int Epochs, IReadOnlyList<ImageFailure> Failures, string? Note);

namespace SelfSup;

/// <summary>What a task's head is built on.</summary>
/// <param name="Encoder">The encoder that the losses run through; borrowed.</param>
/// <param name="ImageCount">Number of images to learn from; the indices of inputs are below it.</param>
public sealed record PretextSetup(Encoder Encoder, int ImageCount);

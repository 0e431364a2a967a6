namespace SelfSup;

/// <summary>One depth of an encoder at which features can be probed and dense heads attach.</summary>
/// <param name="Name">The stage's name, such as <c>layer3</c>.</param>
/// <param name="Channels">Channels of its feature map.</param>
public sealed record EncoderStage(string Name, int Channels);

namespace SelfSup.Data;

/// <summary>An image that could not be read.</summary>
/// <param name="Name">The image's name, from <see cref="IImageSource.NameOf"/>.</param>
/// <param name="Reason">Why it could not be read.</param>
public sealed record ImageFailure(string Name, string Reason);

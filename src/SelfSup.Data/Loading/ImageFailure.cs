namespace SelfSup.Data;

/// <summary>An image that could not be read and was left out.</summary>
/// <param name="Name">The image's name, such as its path.</param>
/// <param name="Reason">Why it could not be read.</param>
public sealed record ImageFailure(string Name, string Reason);

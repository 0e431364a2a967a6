namespace SelfSup.Files;

/// <summary>Elements of one type that lie in an entry of their own in the archive; tensors are views of them.</summary>
internal sealed record PickledStorage(string Key, TorchStorageType Type, long Count)
{
    /// <summary>Makes a storage of the id that stands for it: ('storage', class, key, device, number of elements).</summary>
    /// <exception cref="InvalidDataException">The id is something else.</exception>
    public static PickledStorage Identify(object? id) =>
        id is object?[] and ["storage", PickledGlobal { Storage: { } type }, string key, string, long count] && count >= 0
            ? new PickledStorage(key, type, count)
            : throw new InvalidDataException("the pickle refers to something that is no storage of a tensor.");
}

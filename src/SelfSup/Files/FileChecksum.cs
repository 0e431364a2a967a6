using System.IO.Hashing;
using System.Text;
using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>A checksum of everything in a safetensors file, kept in its metadata, that finds what a disk or a copy got wrong.</summary>
/// <remarks>XXH128: it tells damage, not forgery.</remarks>
internal static class FileChecksum
{
    /// <summary>The checksum's key in the metadata; foreign files do not have it.</summary>
    public const string Key = "selfsup_checksum";

    /// <summary>Computes the checksum of a header, its own entry left out, and of the tensors in the order of their bytes.</summary>
    public static string Of(SafetensorsHeader header, IReadOnlyDictionary<string, Tensor> tensors)
    {
        var hash = new XxHash128();
        foreach (var (key, value) in header.Metadata.Where(pair => pair.Key != Key).OrderBy(pair => pair.Key, StringComparer.Ordinal))
            Add($"{key}\0{value}\0");
        foreach (var entry in header.Entries)
        {
            Add($"{entry.Name}\0{entry.Type.Name}\0{string.Join(',', entry.Shape)}\0");
            // A file that we wrote has no types that we do not read; such a tensor was added by others.
            if (tensors.TryGetValue(entry.Name, out var tensor))
                RawTensor.Visit(tensor, hash.Append);
        }
        return Convert.ToHexStringLower(hash.GetCurrentHash());

        void Add(string text) => hash.Append(Encoding.UTF8.GetBytes(text));
    }
}

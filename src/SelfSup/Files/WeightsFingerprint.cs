using System.Security.Cryptography;
using System.Text;
using static TorchSharp.torch;

namespace SelfSup.Files;

/// <summary>Tells two states of an encoder apart: a hash of every parameter and buffer, bit by bit.</summary>
internal static class WeightsFingerprint
{
    /// <summary>Hashes an encoder's state, wherever it lies.</summary>
    /// <returns>A SHA-256 in hexadecimal digits.</returns>
    public static string Of(Encoder encoder)
    {
        using var scope = NewDisposeScope();
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (name, tensor) in ModuleState.Collect(encoder, "").OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            var values = tensor.detach().cpu().contiguous();
            hash.AppendData(values.bytes);
            GC.KeepAlive(values);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}

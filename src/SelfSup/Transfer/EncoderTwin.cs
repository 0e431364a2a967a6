using System.Security.Cryptography;
using System.Text;
using SelfSup.Encoders;
using SelfSup.Files;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Transfer;

/// <summary>Other encoders of the same architecture: untrained ones to compare with, and copies to keep.</summary>
internal static class EncoderTwin
{
    /// <summary>Creates an encoder of the same architecture, size, normalisation and device with fresh weights.</summary>
    /// <param name="encoder">The encoder to resemble.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <param name="create">Creates encoders that are not in the catalogue; else null.</param>
    /// <exception cref="ArgumentException">The architecture is not in the catalogue, and there is no factory.</exception>
    public static Encoder CreateFresh(Encoder encoder, int seed, Func<int, Encoder>? create)
    {
        if (create is null && !EncoderCatalog.Names.Contains(encoder.Architecture))
        {
            throw new ArgumentException(
                $"The architecture '{encoder.Architecture}' is not in {nameof(EncoderCatalog)}; say how to create one "
                + $"in {nameof(LinearProbeOptions)}.{nameof(LinearProbeOptions.CreateEncoder)}.");
        }
        var fresh = create?.Invoke(seed)
            ?? EncoderCatalog.Create(encoder.Architecture, encoder.ImageSize, seed, encoder.Normalization);
        var sample = encoder.parameters().First();
        fresh.to(sample.dtype);
        fresh.to(sample.device);
        return fresh;
    }

    /// <summary>Copies an encoder with its weights.</summary>
    public static Encoder Copy(Encoder encoder, Func<int, Encoder>? create)
    {
        var copy = CreateFresh(encoder, seed: 0, create);
        try
        {
            ModuleState.Restore(copy, ModuleState.Collect(encoder, ""));
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>Hashes every parameter and buffer, bit by bit.</summary>
    /// <param name="encoder">The encoder.</param>
    /// <returns>A SHA-256 in hexadecimal digits.</returns>
    public static string Fingerprint(Encoder encoder)
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

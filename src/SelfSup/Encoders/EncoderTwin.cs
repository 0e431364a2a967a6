using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Encoders;

/// <summary>Other encoders of the same make: untrained ones to compare with, and copies to keep.</summary>
internal static class EncoderTwin
{
    /// <summary>Creates an untrained twin on an encoder's device and in its type; owned by the caller.</summary>
    /// <param name="encoder">The encoder to resemble.</param>
    /// <param name="seed">Seed of the weights.</param>
    /// <exception cref="InvalidOperationException"><see cref="Encoder.CreateUntrained"/> makes another kind of encoder.</exception>
    public static Encoder CreateUntrained(Encoder encoder, int seed)
    {
        var twin = encoder.CreateUntrained(seed);
        try
        {
            CheckLikeness(encoder, twin);
            if (encoder.parameters().FirstOrDefault() is { } sample)
            {
                twin.to(sample.dtype);
                twin.to(sample.device);
            }
            return twin;
        }
        catch
        {
            twin.Dispose();
            throw;
        }
    }

    /// <summary>Copies an encoder with its weights, statistics and modes; owned by the caller.</summary>
    /// <exception cref="InvalidOperationException"><see cref="Encoder.CreateUntrained"/> makes another kind of encoder.</exception>
    public static Encoder Copy(Encoder encoder)
    {
        var copy = CreateUntrained(encoder, seed: 0);
        try
        {
            CopyState(encoder, copy);
            var modules = EvaluationMode.ParentsFirst(copy).ToDictionary(pair => pair.Name, pair => pair.Module);
            foreach (var (name, module) in EvaluationMode.ParentsFirst(encoder))
            {
                if (!modules.TryGetValue(name, out var own))
                    throw Unlike(encoder, $"the module {name} must be there");
                own.train(module.training);
            }
            return copy;
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }

    /// <summary>Whether two encoders are of one architecture, image size, stem, normalization and settings.</summary>
    public static bool AreAlike(Encoder one, Encoder other) =>
        other.Architecture == one.Architecture
        && other.ImageSize == one.ImageSize
        && other.Stem == one.Stem
        && other.Normalization.Mean.SequenceEqual(one.Normalization.Mean)
        && other.Normalization.Deviation.SequenceEqual(one.Normalization.Deviation)
        && other.Settings.OrderBy(pair => pair.Key).SequenceEqual(one.Settings.OrderBy(pair => pair.Key));

    private static void CheckLikeness(Encoder encoder, Encoder twin)
    {
        if (!AreAlike(encoder, twin))
            throw Unlike(encoder, "the architecture, image size, stem, normalization and settings must be this encoder's");
    }

    private static void CopyState(Encoder encoder, Encoder copy)
    {
        using var noGrad = no_grad();
        var (from, to) = (encoder.state_dict(), copy.state_dict());
        var differences = from.Keys.Union(to.Keys)
            .Where(name => !from.ContainsKey(name) || !to.ContainsKey(name) || !from[name].shape.SequenceEqual(to[name].shape))
            .ToList();
        if (differences.Count > 0)
            throw Unlike(encoder, $"{string.Join(", ", differences.Take(3))} must have the shapes that they have in this one");
        foreach (var (name, tensor) in to)
            tensor.copy_(from[name]);
    }

    private static InvalidOperationException Unlike(Encoder encoder, string rule) => new(
        $"{encoder.GetType().Name}.{nameof(Encoder.CreateUntrained)} makes another encoder than '{encoder.Architecture}' is: {rule}.");
}

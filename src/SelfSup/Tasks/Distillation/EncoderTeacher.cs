using SelfSup.Encoders;
using SelfSup.Files;
using SelfSup.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace SelfSup.Tasks;

/// <summary>An encoder as a teacher: a frozen copy, so that the encoder itself may go on learning.</summary>
public sealed class EncoderTeacher : ITeacher, IDisposable
{
    private readonly Encoder encoder;
    private readonly int mapStage;

    /// <summary>Copies an encoder.</summary>
    /// <param name="encoder">The encoder, on any device. Borrowed.</param>
    /// <param name="license">The licence of its weights, such as <c>MIT</c>, for the record of runs; null where it is not known.</param>
    /// <exception cref="ArgumentException">It takes clips.</exception>
    public EncoderTeacher(Encoder encoder, string? license = null)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        if (encoder.TakesClips)
            throw new ArgumentException($"'{encoder.Architecture}' takes clips, and a teacher looks at single images.", nameof(encoder));
        var settings = EncoderMetadata.Describe(encoder);
        settings.Remove(EncoderMetadata.FormatKey);
        settings["hash"] = WeightsFingerprint.Of(encoder);
        if (license is not null)
            settings["license"] = license;
        Settings = settings;
        this.encoder = encoder.Copy();
        this.encoder.eval();
        foreach (var parameter in this.encoder.parameters())
            parameter.requires_grad = false;
        ChannelsLast.LayOutWeightsOf(this.encoder);
        mapStage = LocalFeatures.StageOf(encoder);
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Settings { get; }

    /// <inheritdoc/>
    public int ImageSize => encoder.ImageSize;

    /// <inheritdoc/>
    public int FeatureCount => encoder.FeatureCount;

    /// <inheritdoc/>
    public int MapChannels => mapStage < 0 ? 0 : encoder.Stages[mapStage].Channels;

    /// <inheritdoc/>
    public (Tensor Features, Tensor? Map) Compute(Tensor images)
    {
        MoveTo(images.device);
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var maps = encoder.ForwardStages(encoder.Normalize(images).to(encoder.parameters().First().dtype));
        var features = maps[^1].mean([2, 3]).to(ScalarType.Float32);
        var map = mapStage < 0 ? null : maps[mapStage].to(ScalarType.Float32).MoveToOuterDisposeScope();
        return (features.MoveToOuterDisposeScope(), map);
    }

    /// <summary>Disposes the copy.</summary>
    public void Dispose() => encoder.Dispose();

    // Once a run: a teacher is no part of the model that the run brings to its device.
    private void MoveTo(Device device)
    {
        if (encoder.parameters().First().device.ToString() == device.ToString())
            return;
        encoder.to(device);
        foreach (var tensor in encoder.state_dict().Values)
            tensor.DetachFromDisposeScope();
    }
}

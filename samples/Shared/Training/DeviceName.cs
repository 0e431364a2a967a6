using System.Globalization;
using SelfSup.Runtime;
using TorchSharp;

namespace SelfSup.Samples;

/// <summary>A device as it is named on a command line.</summary>
/// <param name="Text">What was given.</param>
/// <param name="Type">The kind of device; null for the best there is.</param>
/// <param name="Index">Which of several; -1 for any.</param>
internal sealed record DeviceName(string Text, DeviceType? Type = null, int Index = -1)
{
    public static DeviceName Auto { get; } = new("auto");

    /// <summary>Reads a name; null if it is none.</summary>
    public static DeviceName? Parse(string text) => text switch
    {
        "auto" => Auto,
        "cpu" => new(text, DeviceType.CPU),
        "cuda" => new(text, DeviceType.CUDA),
        _ when text.StartsWith("cuda:", StringComparison.Ordinal)
            && byte.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index) => new(text, DeviceType.CUDA, index),
        _ => null,
    };

    /// <summary>The device, which must be there.</summary>
    /// <param name="option">The option that named it.</param>
    public torch.Device Resolve(string option)
    {
        try
        {
            return Devices.Resolve(Type is { } type ? new torch.Device(type, Index) : null);
        }
        catch (InvalidOperationException e)
        {
            throw new ArgumentException($"{option} is {Text}: {e.Message}", e);
        }
    }
}

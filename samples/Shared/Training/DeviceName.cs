using System.Globalization;
using SelfSup.Runtime;
using TorchSharp;

namespace SelfSup.Samples;

/// <summary>A device as it is named on a command line.</summary>
/// <param name="Text">What was given.</param>
/// <param name="Device">The device; null for the best there is.</param>
internal sealed record DeviceName(string Text, torch.Device? Device)
{
    public static DeviceName Auto { get; } = new("auto", null);

    /// <summary>Reads a name; null if it is none.</summary>
    public static DeviceName? Parse(string text) => text switch
    {
        "auto" => Auto,
        "cpu" => new(text, torch.CPU),
        "cuda" => new(text, torch.CUDA),
        _ when text.StartsWith("cuda:", StringComparison.Ordinal)
            && byte.TryParse(text.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var index) => new(text, new torch.Device(DeviceType.CUDA, index)),
        _ => null,
    };

    /// <summary>The device, which must be there.</summary>
    /// <param name="option">The option that named it.</param>
    public torch.Device Resolve(string option)
    {
        try
        {
            return Devices.Resolve(Device);
        }
        catch (InvalidOperationException e)
        {
            throw new ArgumentException($"{option} is {Text}: {e.Message}", e);
        }
    }
}

using System.Reflection;
using System.Runtime.InteropServices;
using SelfSup.Data;
using SelfSup.Files;
using TorchSharp;

namespace SelfSup.Training;

/// <summary>What else can move a run's last bits, beside its settings: recorded, so that it can be repeated.</summary>
internal static class RunEnvironment
{
    /// <summary>Lists where the images come from, versions, machine and threads.</summary>
    public static IReadOnlyDictionary<string, object?> Describe(IImageSource images, PretrainingOptions options, torch.Device device) => new Dictionary<string, object?>
    {
        ["images.from"] = images.Description,
        ["images.fingerprint"] = RunIdentity.Hexadecimal(images.GetFingerprint()),
        ["device"] = device.ToString(),
        ["threads"] = torch.get_num_threads(),
        ["ranks"] = options.Group.Size,
        ["self_sup"] = EncoderMetadata.Version,
        ["torch_sharp"] = typeof(torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        ["libtorch"] = torch.__version__,
        ["dotnet"] = RuntimeInformation.FrameworkDescription,
        ["system"] = $"{RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}",
        ["processors"] = Environment.ProcessorCount,
    };
}

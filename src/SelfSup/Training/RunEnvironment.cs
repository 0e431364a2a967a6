using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using SelfSup.Data;
using SelfSup.Files;
using TorchSharp;

namespace SelfSup.Training;

/// <summary>What else decides a run's bits, beside its settings: recorded, so that it can be repeated.</summary>
internal static class RunEnvironment
{
    /// <summary>libtorch's threads. Another number takes sums in another order and changes the last bits.</summary>
    public static string Threads => torch.get_num_threads().ToString(CultureInfo.InvariantCulture);

    /// <summary>Lists versions, machine, threads and the images' fingerprint.</summary>
    public static IReadOnlyDictionary<string, string> Describe(IImageSource images) => new Dictionary<string, string>
    {
        ["imagesFrom"] = images.Description,
        ["imagesFingerprint"] = images.GetFingerprint().ToString("x16", CultureInfo.InvariantCulture),
        ["threads"] = Threads,
        ["selfSup"] = EncoderMetadata.Version,
        ["torchSharp"] = typeof(torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown",
        ["libtorch"] = torch.__version__,
        ["dotnet"] = RuntimeInformation.FrameworkDescription,
        ["system"] = $"{RuntimeInformation.OSDescription} {RuntimeInformation.ProcessArchitecture}",
        ["processors"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
    };
}

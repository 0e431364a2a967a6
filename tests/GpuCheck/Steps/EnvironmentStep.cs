using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using SelfSup.Runtime;
using TorchSharp;

namespace SelfSup.GpuCheck.Steps;

/// <summary>What the figures were measured on.</summary>
internal static unsafe partial class EnvironmentStep
{
    public static void Run(CheckSettings settings, Findings findings)
    {
        NativeTorch.EnsureLoaded();
        var built = ShowConfig();
        findings.Add("system", RuntimeInformation.OSDescription);
        findings.Add("processors", Environment.ProcessorCount);
        findings.Add("dotnet", Environment.Version.ToString());
        findings.Add("torchsharp", typeof(torch).Assembly.GetName().Version!.ToString(3));
        findings.Add("libtorch", Find(Version(), built));
        findings.Add("cuda_runtime", Find(CudaRuntime(), built));
        findings.Add("cudnn", Find(Cudnn(), built));
        findings.Add("cpu_capability", Find(Capability(), built));
        findings.Add("cards", new JsonArray([.. Cards().Select(card => (JsonNode)card)]));
        var libraries = LoadedLibraries.Paths.Where(path => Path.GetFileName(path).Contains("torch", StringComparison.OrdinalIgnoreCase));
        findings.Add("libraries", new JsonArray([.. libraries.Select(path => (JsonNode)path)]));
        findings.Require(built.Length > 0, "libtorch does not tell how it was built");
    }

    /// <summary>at::show_config(), a std::string that is returned through a hidden first argument: its characters, then their number.</summary>
    private static string ShowConfig()
    {
        if (!NativeTorch.TryFind("libtorch_cpu", out var library)
            || !NativeLibrary.TryGetExport(library, "_ZN2at11show_configB5cxx11Ev", out var function))
            return "";
        var text = stackalloc nint[4];
        ((delegate* unmanaged<nint*, nint>)function)(text);
        return Marshal.PtrToStringUTF8(text[0], (int)text[1]);
    }

    private static string? Find(Regex pattern, string text) => pattern.Match(text) is { Success: true } match ? match.Groups[1].Value : null;

    private static string[] Cards()
    {
        try
        {
            string[] query = ["--query-gpu=name,driver_version,memory.total", "--format=csv,noheader"];
            using var process = Process.Start(new ProcessStartInfo("nvidia-smi", query) { RedirectStandardOutput = true })!;
            var lines = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? lines.Split('\n', StringSplitOptions.RemoveEmptyEntries) : [];
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return []; // no driver, no program
        }
    }

    [GeneratedRegex(@"TORCH_VERSION=([^,\s]+)")]
    private static partial Regex Version();

    [GeneratedRegex(@"CUDA Runtime ([\d.]+)")]
    private static partial Regex CudaRuntime();

    [GeneratedRegex(@"CuDNN ([\d.]+)")]
    private static partial Regex Cudnn();

    [GeneratedRegex(@"CPU capability usage: (\w+)")]
    private static partial Regex Capability();
}
